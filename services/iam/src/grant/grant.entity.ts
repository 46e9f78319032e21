import type { RowProjection } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { GrantEvent } from './grant.decider.js';
import { scopeId, scopeOf, type GrantKey, type GrantScope, type GrantSubject } from './grant.js';

/** Read model of the grants that hold. */
@Entity({ name: 'grants' })
export class GrantRow {
  @PrimaryColumn({ name: 'domain_id', type: 'text' })
  domainId: string;

  @PrimaryColumn({ name: 'subject_type', type: 'text' })
  subjectType: GrantSubject['type'];

  @PrimaryColumn({ name: 'subject_id', type: 'text' })
  subjectId: string;

  @PrimaryColumn({ name: 'scope_type', type: 'text' })
  scopeType: GrantScope['type'];

  /** Empty where the account alone determines the scope. */
  @PrimaryColumn({ name: 'scope_id', type: 'text' })
  scopeId: string;

  @PrimaryColumn({ name: 'role_id', type: 'text' })
  roleId: string;

  /** The event that gave it. */
  @Column({ name: 'event_id', type: 'uuid' })
  eventId: string;

  @Column({ name: 'stream_id', type: 'text' })
  streamId: string;

  @Column({ type: 'int' })
  version: number;

  @Column({ name: 'given_at', type: 'timestamptz' })
  givenAt: Date;
}

/** A row's place, for finding it: the columns that its key fills. */
export function rowKey(domainId: string, { subject, scope, roleId }: GrantKey) {
  return { domainId, subjectType: subject.type, subjectId: subject.id, scopeType: scope.type, scopeId: scopeId(scope), roleId };
}

export function keyOf(row: GrantRow): GrantKey {
  return { subject: { type: row.subjectType, id: row.subjectId }, scope: scopeOf(row.scopeType, row.scopeId), roleId: row.roleId };
}

export const projectGrant: RowProjection<GrantEvent> = async (rows, events) => {
  for (const event of events) {
    const { domainId, ...key } = event.data;
    const { id: eventId, streamId, version, recordedAt: givenAt } = event;
    switch (event.type) {
      case 'GrantGiven':
        await rows.insert(GrantRow, { ...rowKey(domainId, key), eventId, streamId, version, givenAt });
        break;
      case 'GrantTaken':
        await rows.delete(GrantRow, rowKey(domainId, key));
        break;
      default:
        event satisfies never;
    }
  }
};
