import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { TransferInfo, type CreateTransferRequest, type DeleteTransferRequest, type ListTransfersRequest, type ListTransfersResponse, type Transfer, type UpdateTransferRequest } from '@windlass/contracts/logs/v1/log_transfer_service';
import { CallContextReader } from '@windlass/grpc';
import { tenantCallerOf, type Caller } from '../caller.js';
import { LogGroupTable, type LogGroupRow } from '../log-group/index.js';
import { LogStreamTable } from '../log-stream/index.js';
import { invalidField } from '../refusal.js';
import { ChangeTransfers } from './change-transfers.js';
import { ProgressTable, type ShownProgress } from './progress-table.js';
import { readSettings, settingsInfo } from './transfer-settings.js';
import { TransferStorage } from './transfer-storage.js';
import { TransferTable, type TransferRow } from './transfer-table.js';

const MOST_STREAMS = 20;

@Controller()
export class LogTransferController {
  constructor(
    private readonly context: CallContextReader,
    private readonly groups: LogGroupTable,
    private readonly streams: LogStreamTable,
    private readonly transfers: TransferTable,
    private readonly progress: ProgressTable,
    private readonly changes: ChangeTransfers,
    private readonly storage: TransferStorage,
  ) {}

  @GrpcMethod('LogTransferService', 'createTransfer')
  async createTransfer(request: CreateTransferRequest, metadata: Metadata): Promise<Transfer> {
    const caller = this.caller(request, metadata);
    const group = await this.groups.require(caller.projectId, request.log_group_id);
    const ids = [...new Set(request.log_streams.map(({ log_stream_id: id }) => id))];
    if (ids.length === 0 || ids.length > MOST_STREAMS) throw invalidField('log_streams', `names 1 to ${MOST_STREAMS} streams of the group`);
    for (const id of ids) await this.streams.require(group.id, id);
    const settings = readSettings(request.log_transfer_info ?? TransferInfo.fromPartial({}));
    await this.storage.bucketOf(caller.projectId, settings.bucket);
    return this.shown(await this.changes.create(caller, group.id, ids, settings));
  }

  @GrpcMethod('LogTransferService', 'listTransfers')
  async listTransfers(request: ListTransfersRequest, metadata: Metadata): Promise<ListTransfersResponse> {
    const { projectId } = this.caller(request, metadata);
    const rows = await this.transfers.list(projectId);
    const all = await this.shownAll(rows);
    const wanted = all.filter(
      ({ log_group_name, log_streams, log_transfer_info }) =>
        (request.log_transfer_type === '' || request.log_transfer_type === log_transfer_info?.log_transfer_type) &&
        (request.log_group_name === '' || request.log_group_name === log_group_name) &&
        (request.log_stream_name === '' || log_streams.some(({ log_stream_name }) => log_stream_name === request.log_stream_name)),
    );
    return { log_transfers: wanted };
  }

  @GrpcMethod('LogTransferService', 'updateTransfer')
  async updateTransfer(request: UpdateTransferRequest, metadata: Metadata): Promise<Transfer> {
    const caller = this.caller(request, metadata);
    const row = await this.transfers.require(caller.projectId, request.log_transfer_id);
    const settings = readSettings(request.log_transfer_info ?? TransferInfo.fromPartial({}), row.settings);
    if (settings.bucket !== row.settings.bucket) await this.storage.bucketOf(caller.projectId, settings.bucket);
    return this.shown(await this.changes.change(caller, row, settings));
  }

  @GrpcMethod('LogTransferService', 'deleteTransfer')
  async deleteTransfer(request: DeleteTransferRequest, metadata: Metadata): Promise<Transfer> {
    const caller = this.caller(request, metadata);
    const row = await this.transfers.require(caller.projectId, request.log_transfer_id);
    const shown = await this.shown(row);
    await this.changes.end(caller, row);
    return shown;
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return tenantCallerOf(this.context.read(metadata), request);
  }

  private async shown(row: TransferRow): Promise<Transfer> {
    const [shown] = await this.shownAll([row]);
    return shown!;
  }

  private async shownAll(rows: readonly TransferRow[]): Promise<Transfer[]> {
    const [first] = rows;
    if (first === undefined) return [];
    const groups = new Map((await this.groups.list(first.projectId)).map((group) => [group.id, group]));
    const names = new Map((await this.streams.named(rows.flatMap(({ streamIds }) => streamIds))).map(({ id, name }) => [id, name]));
    const progress = await this.progress.of(rows.map(({ id }) => id));
    return rows.map((row) => message(row, groups.get(row.groupId), names, progress.filter(({ transferId }) => transferId === row.id)));
  }
}

function message(row: TransferRow, group: LogGroupRow | undefined, names: ReadonlyMap<string, string>, progress: readonly ShownProgress[]): Transfer {
  const fails = progress.some(({ problem }) => problem !== '');
  return {
    log_group_id: row.groupId,
    log_group_name: group?.name ?? '',
    // One that was deleted has no name any more.
    log_streams: row.streamIds.flatMap((id) => (names.has(id) ? [{ log_stream_id: id, log_stream_name: names.get(id)! }] : [])),
    log_transfer_id: row.id,
    log_transfer_info: settingsInfo(row.settings, !row.settings.enabled ? 'DISABLE' : fails ? 'EXCEPTION' : 'ENABLE', row.createdAt),
    progress: progress.map(({ streamId, began, shippedTo, problem }) => ({ log_stream_id: streamId, shipped_to: shippedTo > began ? String(shippedTo) : '', problem })),
  };
}
