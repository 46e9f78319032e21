import { randomUUID } from 'node:crypto';
import { EventStore } from '@windlass/event-store';
import { metadataOf, type Caller } from '../caller.js';
import { projectTransfer, TransferTable, type TransferRow } from './transfer-table.js';
import { transfer, transferStream, type TransferCommand, type TransferSettings } from './transfer.decider.js';

/** Creates, changes and ends transfers. */
export class ChangeTransfers {
  constructor(
    private readonly events: EventStore,
    private readonly transfers: TransferTable,
  ) {}

  /** Answers the new transfer. Group and streams are known to be the caller's. */
  async create(caller: Caller, groupId: string, streamIds: readonly string[], settings: TransferSettings): Promise<TransferRow> {
    const id = randomUUID();
    const { domainId, projectId } = caller;
    await this.execute(caller, { id, domainId }, { kind: 'create', domainId, projectId, groupId, streamIds, ...settings });
    return this.transfers.require(projectId, id);
  }

  async change(caller: Caller, row: TransferRow, settings: TransferSettings): Promise<TransferRow> {
    await this.execute(caller, row, { kind: 'change', settings });
    return this.transfers.require(row.projectId, row.id);
  }

  async end(caller: Caller, row: TransferRow): Promise<void> {
    await this.execute(caller, row, { kind: 'delete' });
  }

  private async execute(caller: Caller, { id, domainId }: Pick<TransferRow, 'id' | 'domainId'>, command: TransferCommand): Promise<void> {
    await this.events.execute({
      streamId: transferStream(id),
      tenant: domainId,
      decider: transfer,
      command,
      metadata: metadataOf(caller),
      project: async (manager, changes) => {
        if (command.kind === 'create') await this.transfers.requireRoom(manager, caller.projectId);
        await projectTransfer(manager, changes);
      },
    });
  }
}
