import { Column, DataSource, Entity, type EntityManager, Not, PrimaryColumn } from 'typeorm';
import { unknownEvent, type RowProjection, type StoredEvent } from '@windlass/event-store';
import { isId } from '../naming.js';
import type { Tags } from '../tags.js';
import { givingName } from '../unique-name.js';
import { groupNameTaken, groupNotFound, tooManyGroups } from './log-group.errors.js';
import { logGroupIdOf, type LogGroupEvent } from './log-group.decider.js';

@Entity({ schema: 'logs', name: 'log_groups' })
export class LogGroupRow {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ type: 'text', name: 'domain_id' })
  domainId: string;

  @Column({ type: 'text', name: 'project_id' })
  projectId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  alias: string;

  @Column({ type: 'integer', name: 'ttl_in_days' })
  ttlInDays: number;

  @Column({ type: 'jsonb' })
  tags: Tags;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

/** The row of a group, by what happened to it. */
export const projectLogGroup: RowProjection<LogGroupEvent> = async (rows, events) => {
  for (const event of events) {
    const id = logGroupIdOf(event.streamId);
    const happened = event as LogGroupEvent;
    switch (happened.type) {
      case 'LogGroupCreated':
        await rows.insert(LogGroupRow, { ...happened.data, id, createdAt: event.recordedAt });
        break;
      case 'LogGroupRetentionChanged':
        await rows.update(LogGroupRow, { id }, { ttlInDays: happened.data.ttlInDays });
        break;
      case 'LogGroupTagged':
        await rows.update(LogGroupRow, { id }, { tags: happened.data.tags });
        break;
      case 'LogGroupDeleted':
        await rows.delete(LogGroupRow, { id });
        break;
      default:
        unknownEvent(happened);
    }
  }
};

/** The groups there are: what the API answers from, updated in the transaction of the event. */
export class LogGroupTable {
  constructor(private readonly dataSource: DataSource) {}

  /** A group of the project; whether another project has it is not told. */
  async require(projectId: string, id: string): Promise<LogGroupRow> {
    const row = isId(id) ? await this.rows().findOneBy({ id, projectId }) : null;
    if (row === null) throw groupNotFound();
    return row;
  }

  findByName(projectId: string, name: string): Promise<LogGroupRow | null> {
    return this.rows().findOneBy({ projectId, name });
  }

  list(projectId: string): Promise<LogGroupRow[]> {
    return this.rows().find({ where: { projectId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** How many groups of another name are in a project of the account. */
  countOthers(domainId: string, projectId: string, name: string): Promise<number> {
    return this.rows().countBy({ domainId, projectId, name: Not(name) });
  }

  /** Fails when the account has all the groups it may have. Creations of one account pass here one at a time. */
  async requireRoom(manager: EntityManager, domainId: string, limit: number): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('log groups of ' || $1, 0))`, [domainId]);
    if ((await manager.countBy(LogGroupRow, { domainId })) >= limit) throw tooManyGroups(limit, domainId);
  }

  /** Brings the table up to an event that happens now: fails when the name is taken, and has the lines of a deleted group cleared. */
  async apply(manager: EntityManager, event: StoredEvent<LogGroupEvent>): Promise<void> {
    const happened = event as LogGroupEvent;
    if (happened.type === 'LogGroupDeleted') {
      const id = logGroupIdOf(event.streamId);
      // The lock keeps new streams out until the group is gone, so that none is forgotten.
      await manager.query('SELECT FROM logs.log_groups WHERE id = $1 FOR UPDATE', [id]);
      await manager.query(
        `INSERT INTO logs.streams_to_clear (stream_id) SELECT id FROM logs.log_streams WHERE group_id = $1 ON CONFLICT DO NOTHING`,
        [id],
      );
    }
    if (happened.type !== 'LogGroupCreated') return projectLogGroup(manager, [event]);
    return givingName(() => projectLogGroup(manager, [event]), 'log_groups_name', () => groupNameTaken(happened.data.name));
  }

  private rows() {
    return this.dataSource.getRepository(LogGroupRow);
  }
}
