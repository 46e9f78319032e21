import type { RowWriter, StoredEvent } from '@windlass/event-store';
import { Column, Entity, type EntityManager, Not, PrimaryColumn, type QueryDeepPartialEntity } from 'typeorm';
import { pathTaken } from './trigger.errors.js';
import type { TriggerEvent } from './trigger.events.js';
import { targetOf, type TriggerRecord } from './trigger.state.js';

/** Read model of active triggers. A unique constraint keeps each path and method of a group to one trigger. */
@Entity({ name: 'triggers' })
export class TriggerRow {
  @PrimaryColumn({ name: 'trigger_id', type: 'text' })
  triggerId: string;

  @Column({ name: 'func_id', type: 'text' })
  funcId: string;

  @Column({ name: 'project_id', type: 'text' })
  projectId: string;

  @Column({ name: 'group_id', type: 'text' })
  groupId: string;

  /** What of the function it calls: "latest", a version, or "!" and an alias. */
  @Column({ type: 'text' })
  qualifier: string;

  @Column({ type: 'text' })
  path: string;

  @Column({ type: 'text' })
  method: string;

  @Column({ type: 'integer' })
  revision: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ type: 'jsonb' })
  record: TriggerRecord;
}

/** Brings the read model up to the events of one trigger. */
export async function projectTrigger(rows: RowWriter, events: readonly StoredEvent<TriggerEvent>[]): Promise<void> {
  for (const event of events) {
    const { trigger: record } = event.data;
    switch (event.type) {
      case 'TriggerCreated':
      case 'TriggerChanged':
        await rows.upsert(TriggerRow, rowOf(record, event.version), ['triggerId']);
        break;
      case 'TriggerDeleted':
        await rows.delete(TriggerRow, { triggerId: record.triggerId });
        break;
      default:
        event satisfies never;
    }
  }
}

/** Does so for events that happen now; FSS.1147 when the trigger's path and method are taken. */
export async function openTrigger(manager: EntityManager, events: readonly StoredEvent<TriggerEvent>[]): Promise<void> {
  for (const event of events) {
    const { triggerId, route: { groupId, path, method } } = event.data.trigger;
    const rival = event.type === 'TriggerDeleted' ? null : await manager.findOneBy(TriggerRow, { groupId, path, method, triggerId: Not(triggerId) });
    if (rival !== null) throw pathTaken(method, path);
    try {
      await projectTrigger(manager, [event]);
    } catch (error) {
      // Somebody took it between the look and the write: the transaction ends either way.
      if (isPathTaken(error)) throw pathTaken(method, path);
      throw error;
    }
  }
}

function rowOf(record: TriggerRecord, revision: number) {
  const { triggerId, funcId, projectId, route } = record;
  const { groupId, path, method } = route;
  return {
    triggerId,
    funcId,
    projectId,
    groupId,
    qualifier: targetOf(record),
    path,
    method,
    revision,
    createdAt: new Date(record.createdAt),
    // TypeORM's type of a column's value does not know free-form JSON.
    record: record as QueryDeepPartialEntity<TriggerRecord>,
  };
}

function isPathTaken(error: unknown): boolean {
  return (error as { driverError?: { constraint?: string } }).driverError?.constraint === 'triggers_one_per_path';
}
