import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/history/v1/checkpoint_service';
import { CallContextReader } from '@windlass/grpc';
import { HistoryExport } from '../export/export-history.js';
import { refusal } from '../refusal.js';
import { checkpointMessage } from './checkpoint-message.js';
import { Checkpoints } from './checkpoints.js';
import { CheckpointList } from './list-checkpoints.js';
import { PlatformSigner } from './platform-signer.js';

const SERVICE = 'CheckpointService';
/** How long a caller waits. The checkpoint is made whether somebody waits for it or not. */
const PATIENCE_MS = 25_000;

@Controller()
export class CheckpointController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly checkpoints: Checkpoints,
    private readonly checkpointList: CheckpointList,
    private readonly history: HistoryExport,
    private readonly signer: PlatformSigner,
  ) {}

  @GrpcMethod(SERVICE, 'listCheckpoints')
  listCheckpoints(request: rpc.ListCheckpointsRequest, metadata: Metadata): Promise<rpc.ListCheckpointsResponse> {
    return this.checkpointList.list(this.account(metadata), request);
  }

  @GrpcMethod(SERVICE, 'createCheckpoint')
  async createCheckpoint(_request: rpc.CreateCheckpointRequest, metadata: Metadata): Promise<rpc.CreateCheckpointResponse> {
    const outcome = await withPatience(this.checkpoints.make(this.account(metadata)));
    if (outcome.kind === 'made') return { checkpoint: checkpointMessage(outcome.made.checkpoint), created: outcome.made.created };
    throw refusal('precondition_failed', 'CTS.0412', 'HISTORY_TAMPERED', `No checkpoint is signed: the history is not what it was. ${outcome.problem.finding.message}`);
  }

  @GrpcMethod(SERVICE, 'exportHistory')
  exportHistory(request: rpc.ExportHistoryRequest, metadata: Metadata): Promise<rpc.ExportHistoryResponse> {
    return this.history.page(this.account(metadata), request);
  }

  @GrpcMethod(SERVICE, 'listHistoryKeys')
  async listHistoryKeys(_request: rpc.ListHistoryKeysRequest, metadata: Metadata): Promise<rpc.ListHistoryKeysResponse> {
    this.account(metadata);
    return { keys: [...(await this.signer.publicKeys())] };
  }

  private account(metadata: Metadata): string {
    return this.calls.read(metadata).principal.domain_id;
  }
}

async function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(refusal('unavailable', 'CTS.0503', 'CHECKPOINT_UNDER_WAY', 'The history is long and its checkpoint is still being made. The list of checkpoints shows it when it is done.')), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
