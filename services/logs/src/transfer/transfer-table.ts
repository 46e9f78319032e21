import { unknownEvent, type RowProjection } from '@windlass/event-store';
import { Column, DataSource, Entity, PrimaryColumn, type EntityManager } from 'typeorm';
import { isId } from '../naming.js';
import { tooManyTransfers, transferNotFound } from './transfer.errors.js';
import { transferIdOf, type TransferEvent, type TransferSettings } from './transfer.decider.js';

const MOST_TRANSFERS = 100;

@Entity({ schema: 'logs', name: 'log_transfers' })
export class TransferRow {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'text', name: 'domain_id' })
  domainId: string;

  @Column({ type: 'text', name: 'project_id' })
  projectId: string;

  @Column({ type: 'uuid', name: 'group_id' })
  groupId: string;

  @Column({ type: 'uuid', array: true, name: 'stream_ids' })
  streamIds: string[];

  @Column({ type: 'jsonb' })
  settings: TransferSettings;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

/** The row of a transfer, by what happened to it. */
export const projectTransfer: RowProjection<TransferEvent> = async (rows, events) => {
  for (const event of events) {
    const id = transferIdOf(event.streamId);
    const happened = event as TransferEvent;
    switch (happened.type) {
      case 'LogTransferCreated': {
        const { domainId, projectId, groupId, streamIds, ...settings } = happened.data;
        await rows.insert(TransferRow, { id, domainId, projectId, groupId, streamIds: [...streamIds], settings, createdAt: event.recordedAt });
        break;
      }
      case 'LogTransferChanged':
        await rows.update(TransferRow, { id }, { settings: happened.data });
        break;
      case 'LogTransferDeleted':
        await rows.delete(TransferRow, { id });
        break;
      default:
        unknownEvent(happened);
    }
  }
};

/** The transfers there are: what the API answers from, updated in the transaction of the event. */
export class TransferTable {
  constructor(private readonly dataSource: DataSource) {}

  /** A transfer of the project; whether another project has it is not told. */
  async require(projectId: string, id: string): Promise<TransferRow> {
    const row = isId(id) ? await this.rows().findOneBy({ id, projectId }) : null;
    if (row === null) throw transferNotFound();
    return row;
  }

  list(projectId: string): Promise<TransferRow[]> {
    return this.rows().find({ where: { projectId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** Some transfers none of whose streams is there any longer. */
  async forsaken(): Promise<TransferRow[]> {
    return this.rows()
      .createQueryBuilder('transfer')
      .where('NOT EXISTS (SELECT FROM logs.log_streams AS stream WHERE stream.id = ANY (transfer.stream_ids))')
      .orderBy('transfer.id')
      .limit(MOST_TRANSFERS)
      .getMany();
  }

  /** Fails when the project has all it may have. Creations in one project pass here one at a time. */
  async requireRoom(manager: EntityManager, projectId: string): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('log transfers of ' || $1, 0))`, [projectId]);
    if ((await manager.countBy(TransferRow, { projectId })) >= MOST_TRANSFERS) throw tooManyTransfers(MOST_TRANSFERS);
  }

  private rows() {
    return this.dataSource.getRepository(TransferRow);
  }
}
