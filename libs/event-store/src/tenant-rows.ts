import type { EntityManager } from 'typeorm';
import { COLUMNS, type EventRow, type Position } from './event-rows.js';

/** Which events of one tenant are wanted. What is left out narrows nothing. */
export interface TenantQuery {
  readonly tenant: string;
  /** "oldest" leaves out what a running transaction could yet precede, so that a follower misses nothing; "newest" shows all that is committed. */
  readonly order: 'oldest' | 'newest';
  /** Events beyond this place only, in the wanted order. */
  readonly after?: Position | undefined;
  /** Events up to and with this place only; of use with the oldest first. */
  readonly upTo?: Position | undefined;
  readonly limit: number;
  /** Recorded at this time or later. */
  readonly from?: Date | undefined;
  /** Recorded before this time. */
  readonly until?: Date | undefined;
  /** Id or name of who acted. */
  readonly actor?: string | undefined;
  readonly requestId?: string | undefined;
  /** Where the request came from, exactly as it was recorded. */
  readonly sourceAddress?: string | undefined;
  readonly type?: string | undefined;
  /** Beginning of the stream ids. */
  readonly streamPrefix?: string | undefined;
  readonly streamId?: string | undefined;
}

const SETTLED = 'transaction_id < pg_snapshot_xmin(pg_current_snapshot())';

export async function selectOfTenant(manager: EntityManager, schema: string, query: TenantQuery): Promise<EventRow[]> {
  const values: unknown[] = [];
  const value = (given: unknown): string => `$${values.push(given)}`;
  const newest = query.order === 'newest';
  const conditions = [`tenant = ${value(query.tenant)}`];
  if (!newest) conditions.push(SETTLED);
  if (query.after) conditions.push(`(transaction_id, global_position) ${newest ? '<' : '>'} (${value(String(query.after.transactionId))}::xid8, ${value(String(query.after.globalPosition))}::bigint)`);
  if (query.upTo) conditions.push(`(transaction_id, global_position) <= (${value(String(query.upTo.transactionId))}::xid8, ${value(String(query.upTo.globalPosition))}::bigint)`);
  if (query.from) conditions.push(`recorded_at >= ${value(query.from)}`);
  if (query.until) conditions.push(`recorded_at < ${value(query.until)}`);
  if (query.actor !== undefined) {
    const actor = value(query.actor);
    conditions.push(`(metadata->>'actor' = ${actor} OR metadata->>'actorName' = ${actor})`);
  }
  if (query.requestId !== undefined) conditions.push(`metadata->>'requestId' = ${value(query.requestId)}`);
  if (query.sourceAddress !== undefined) conditions.push(`metadata->>'sourceAddress' = ${value(query.sourceAddress)}`);
  if (query.type !== undefined) conditions.push(`type = ${value(query.type)}`);
  if (query.streamPrefix !== undefined) conditions.push(`starts_with(stream_id, ${value(query.streamPrefix)})`);
  if (query.streamId !== undefined) conditions.push(`stream_id = ${value(query.streamId)}`);
  const direction = newest ? 'DESC' : 'ASC';
  return manager.query<EventRow[]>(
    `SELECT ${COLUMNS} FROM ${schema}.events WHERE ${conditions.join(' AND ')}
      ORDER BY events.transaction_id ${direction}, events.global_position ${direction} LIMIT ${value(query.limit)}`,
    values,
  );
}

/** Events of a tenant's streams whose ids begin alike, stream by stream and each oldest first, from after a place on. */
export async function selectStreamsOfTenant(
  manager: EntityManager,
  schema: string,
  wanted: { readonly tenant: string; readonly streamPrefix: string; readonly after: { readonly streamId: string; readonly version: number }; readonly limit: number },
): Promise<EventRow[]> {
  return manager.query<EventRow[]>(
    `SELECT ${COLUMNS} FROM ${schema}.events
      WHERE tenant = $1 AND starts_with(stream_id, $2) AND (stream_id, version) > ($3, $4)
      ORDER BY stream_id, version LIMIT $5`,
    [wanted.tenant, wanted.streamPrefix, wanted.after.streamId, wanted.after.version, wanted.limit],
  );
}

/** When the tenant's event at exactly this place was recorded; undefined when there is none. */
export async function selectRecordedAt(manager: EntityManager, schema: string, tenant: string, at: Position): Promise<Date | undefined> {
  const rows = await manager.query<{ recordedAt: Date }[]>(
    `SELECT recorded_at AS "recordedAt" FROM ${schema}.events WHERE tenant = $1 AND transaction_id = $2::xid8 AND global_position = $3::bigint`,
    [tenant, String(at.transactionId), String(at.globalPosition)],
  );
  return rows[0]?.recordedAt;
}

/** Tenants of the settled events after a place, and the place of the last of those events. */
export async function selectChangedTenants(
  manager: EntityManager,
  schema: string,
  after: Position,
  limit: number,
): Promise<{ tenants: string[]; end: { globalPosition: string; transactionId: string } | undefined }> {
  const rows = await manager.query<{ tenant: string; globalPosition: string; transactionId: string }[]>(
    `SELECT tenant, global_position::text AS "globalPosition", transaction_id::text AS "transactionId" FROM ${schema}.events
      WHERE (transaction_id, global_position) > ($1::xid8, $2::bigint) AND ${SETTLED}
      ORDER BY events.transaction_id, events.global_position LIMIT $3`,
    [String(after.transactionId), String(after.globalPosition), limit],
  );
  return { tenants: [...new Set(rows.map(({ tenant }) => tenant))], end: rows.at(-1) };
}
