import { Column, DataSource, Entity, type EntityManager, In, PrimaryColumn } from 'typeorm';
import type { WindlassError } from '@windlass/errors';
import { unknownEvent, type RowProjection, type StoredEvent } from '@windlass/event-store';
import { groupNotFound, LogGroupRow } from '../log-group/index.js';
import { isId } from '../naming.js';
import type { Tags } from '../tags.js';
import { givingName } from '../unique-name.js';
import { streamNameTaken, streamNotFound } from './log-stream.errors.js';
import { logStreamIdOf, type LogStreamEvent } from './log-stream.decider.js';

@Entity({ schema: 'logs', name: 'log_streams' })
export class LogStreamRow {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'uuid', name: 'group_id' })
  groupId: string;

  @Column({ type: 'text', name: 'domain_id' })
  domainId: string;

  @Column({ type: 'text', name: 'project_id' })
  projectId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  alias: string;

  @Column({ type: 'integer', name: 'ttl_in_days', nullable: true })
  ttlInDays: number | null;

  @Column({ type: 'jsonb' })
  tags: Tags;

  /** Whether secrets in its lines are masked before they are kept. */
  @Column({ type: 'boolean', name: 'masks_secrets' })
  masksSecrets: boolean;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

/** The row of a stream, by what happened to it. The database takes it away with its group. */
export const projectLogStream: RowProjection<LogStreamEvent> = async (rows, events) => {
  for (const event of events) {
    const id = logStreamIdOf(event.streamId);
    const happened = event as LogStreamEvent;
    switch (happened.type) {
      case 'LogStreamCreated':
        await rows.insert(LogStreamRow, { ...happened.data, id, masksSecrets: false, createdAt: event.recordedAt });
        break;
      case 'LogStreamRetentionChanged':
      case 'LogStreamTagged':
      case 'LogStreamMaskingChanged':
        await rows.update(LogStreamRow, { id }, happened.data);
        break;
      case 'LogStreamDeleted':
        await rows.delete(LogStreamRow, { id });
        break;
      default:
        unknownEvent(happened);
    }
  }
};

/** The streams there are: what the API answers from, updated in the transaction of the event. */
export class LogStreamTable {
  constructor(private readonly dataSource: DataSource) {}

  /** A stream of a group that is known to be the caller's. */
  async require(groupId: string, id: string): Promise<LogStreamRow> {
    const row = isId(id) ? await this.rows().findOneBy({ id, groupId }) : null;
    if (row === null) throw streamNotFound();
    return row;
  }

  findByName(groupId: string, name: string): Promise<LogStreamRow | null> {
    return this.rows().findOneBy({ groupId, name });
  }

  /** A stream of the project, whatever its group. */
  async requireIn(projectId: string, id: string): Promise<LogStreamRow> {
    const row = isId(id) ? await this.rows().findOneBy({ id, projectId }) : null;
    if (row === null) throw streamNotFound();
    return row;
  }

  /** Streams of all groups of a project, whose names and whose groups' names hold the given texts; how many there are in all. */
  async search(projectId: string, names: { readonly group: string; readonly stream: string }, page: { readonly offset: number; readonly limit: number }): Promise<[LogStreamRow[], number]> {
    return this.rows()
      .createQueryBuilder('stream')
      .innerJoin(LogGroupRow, 'log_group', 'log_group.id = stream.group_id')
      .where('stream.project_id = :projectId AND strpos(log_group.name, :group) > 0 AND strpos(stream.name, :stream) > 0', { projectId, ...names })
      .orderBy('stream.created_at')
      .addOrderBy('stream.id')
      .offset(page.offset)
      .limit(page.limit)
      .getManyAndCount();
  }

  named(ids: readonly string[]): Promise<Pick<LogStreamRow, 'id' | 'name'>[]> {
    return this.rows().find({ select: { id: true, name: true }, where: { id: In([...ids]) } });
  }

  /** Which of these streams mask secrets. */
  async maskingAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.dataSource.query<{ id: string }[]>('SELECT id FROM logs.log_streams WHERE masks_secrets AND id = ANY ($1::uuid[])', [[...new Set(ids)].filter(isId)]);
    return new Set(rows.map(({ id }) => id));
  }

  list(groupId: string): Promise<LogStreamRow[]> {
    return this.rows().find({ where: { groupId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** Fails when the group is gone or full. Creations in one group pass here one at a time. */
  async requireRoom(manager: EntityManager, groupId: string, limit: number, full: (limit: number) => WindlassError): Promise<void> {
    const group = await manager.query<unknown[]>('SELECT FROM logs.log_groups WHERE id = $1 FOR NO KEY UPDATE', [groupId]);
    if (group.length === 0) throw groupNotFound();
    if ((await manager.countBy(LogStreamRow, { groupId })) >= limit) throw full(limit);
  }

  /** Brings the table up to an event that happens now: fails when the name is taken, and has the lines of a deleted stream cleared. */
  async apply(manager: EntityManager, event: StoredEvent<LogStreamEvent>): Promise<void> {
    const happened = event as LogStreamEvent;
    if (happened.type === 'LogStreamDeleted') await manager.query('INSERT INTO logs.streams_to_clear (stream_id) VALUES ($1) ON CONFLICT DO NOTHING', [logStreamIdOf(event.streamId)]);
    if (happened.type !== 'LogStreamCreated') return projectLogStream(manager, [event]);
    return givingName(() => projectLogStream(manager, [event]), 'log_streams_name', () => streamNameTaken(happened.data.name));
  }

  private rows() {
    return this.dataSource.getRepository(LogStreamRow);
  }
}
