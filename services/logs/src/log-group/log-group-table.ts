import { Column, DataSource, Entity, type EntityManager, Not, PrimaryColumn } from 'typeorm';
import { unknownEvent, type StoredEvent } from '@windlass/event-store';
import { isId } from '../naming.js';
import type { Tags } from '../tags.js';
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

  /**
   * Applies an event of the past. A transaction that waited for another may stand before it in the order of events: a
   * name given before it was freed was free in truth, so whoever still has it is about to be deleted.
   */
  async replay(manager: EntityManager, event: StoredEvent<LogGroupEvent>): Promise<void> {
    const happened = event as LogGroupEvent;
    if (happened.type === 'LogGroupCreated') await manager.delete(LogGroupRow, { projectId: happened.data.projectId, name: happened.data.name });
    await this.apply(manager, event);
  }

  async apply(manager: EntityManager, event: StoredEvent<LogGroupEvent>): Promise<void> {
    const id = logGroupIdOf(event.streamId);
    const happened = event as LogGroupEvent;
    switch (happened.type) {
      case 'LogGroupCreated': {
        const { domainId, projectId, name, alias, ttlInDays, tags } = happened.data;
        const inserted = await manager.query<{ id: string }[]>(
          `INSERT INTO logs.log_groups (id, domain_id, project_id, name, alias, ttl_in_days, tags, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (project_id, name) DO NOTHING RETURNING id`,
          [id, domainId, projectId, name, alias, ttlInDays, tags, event.recordedAt],
        );
        if (inserted.length === 0) throw groupNameTaken(name);
        return;
      }
      case 'LogGroupRetentionChanged':
        await manager.update(LogGroupRow, { id }, { ttlInDays: happened.data.ttlInDays });
        return;
      case 'LogGroupTagged':
        await manager.update(LogGroupRow, { id }, { tags: happened.data.tags });
        return;
      case 'LogGroupDeleted':
        // The lock keeps new streams out until the group is gone, so that none is forgotten.
        await manager.query('SELECT FROM logs.log_groups WHERE id = $1 FOR UPDATE', [id]);
        await manager.query(
          `INSERT INTO logs.streams_to_clear (stream_id) SELECT id FROM logs.log_streams WHERE group_id = $1 ON CONFLICT DO NOTHING`,
          [id],
        );
        await manager.delete(LogGroupRow, { id });
        return;
      default:
        return unknownEvent(happened);
    }
  }

  private rows() {
    return this.dataSource.getRepository(LogGroupRow);
  }
}
