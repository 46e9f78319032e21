import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/history/v1/checkpoint_service';
import type { WindlassError } from '@windlass/errors';
import { CallContextReader } from '@windlass/grpc';
import { HistoryExport } from '../export/export-history.js';
import { refusal } from '../refusal.js';
import { CallerPatience } from './caller-patience.js';
import { checkpointMessage } from './checkpoint-message.js';
import type { CheckpointProgress } from './checkpoint-run.js';
import { Checkpoints } from './checkpoints.js';
import { CheckpointList } from './list-checkpoints.js';
import { PlatformSigner } from './platform-signer.js';

const SERVICE = 'CheckpointService';
/** A caller that asks again waits for the same checkpoint, so it need not wait for long before it does. */
const ASK_AGAIN_SECONDS = 5;

@Controller()
export class CheckpointController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly checkpoints: Checkpoints,
    private readonly patience: CallerPatience,
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
    const account = this.account(metadata);
    // The checkpoint is made whether somebody waits for it or not.
    const outcome = await this.patience.within(this.checkpoints.make(account), () => underWay(this.checkpoints.progressOf(account)));
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

/** Not a failure, but the released contract has no other answer without a checkpoint. */
function underWay(progress: CheckpointProgress | undefined): WindlassError {
  const far = progress === undefined ? '' : ` So far ${progress.checked} of the ${progress.covered} events that are covered already are checked, and ${progress.sealed} new ones are sealed.`;
  const message =
    `The history is long: its checkpoint is still being made, and goes on without you.${far}` +
    ' Send the request again to go on waiting for the same one, or look at GET /windlass/v1/history/checkpoints, which shows it when it is done.';
  return refusal('unavailable', 'CTS.0503', 'CHECKPOINT_UNDER_WAY', message, ASK_AGAIN_SECONDS);
}
