import { InvocationBatch } from '@windlass/contracts/worker/v1/invocation_facts';
import type { BusMessage } from '@windlass/event-bus';
import type { DataSource, EntityManager } from 'typeorm';
import { MINUTE_MS, tally, type MinuteTally } from './invocation-tally.js';

/** How long minutes are kept: what the longest period asks for. */
export const MINUTES_KEPT_MS = 30 * 24 * 60 * MINUTE_MS;
/** Six months, and the days that are over of the present one. */
const DAYS_KEPT = 220;
/** A batch that comes again later than this is counted again. */
const BATCHES_KEPT_DAYS = 7;
const MOST_PER_DELETE = 5_000;

/** What functions did, minute by minute and day by day. Facts, not events: rebuilding leaves them alone. */
export class InvocationTallies {
  constructor(
    private readonly dataSource: DataSource,
    private readonly now: () => number = Date.now,
  ) {}

  /** Counts what messages tell, each batch once however often it comes. */
  async take(messages: readonly BusMessage[]): Promise<void> {
    const batches = new Map(messages.map(({ payload }) => InvocationBatch.decode(payload)).map((batch) => [batch.batch_id, batch]));
    await this.dataSource.transaction(async (manager) => {
      const taken = await manager.query<{ batch_id: string }[]>(
        'INSERT INTO registry.invocation_batches (batch_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING batch_id',
        [[...batches.keys()].sort()],
      );
      const fresh = taken.flatMap(({ batch_id }) => batches.get(batch_id) ?? []);
      const tallies = tally(fresh, this.now() - MINUTES_KEPT_MS);
      if (tallies.length === 0) return;
      await addMinutes(manager, tallies);
      await addDays(manager, tallies);
    });
  }

  /** Forgets what is too old, a bounded number at a time; answers whether there is more. */
  async forget(): Promise<boolean> {
    const now = this.now();
    const counts = await Promise.all([
      this.delete('invocation_minutes', 'minute', new Date(now - MINUTES_KEPT_MS)),
      this.delete('invocation_batches', 'taken_at', daysBefore(now, BATCHES_KEPT_DAYS)),
      this.delete('invocation_days', 'day', daysBefore(now, DAYS_KEPT)),
    ]);
    return counts.some((count) => count === MOST_PER_DELETE);
  }

  private async delete(table: string, column: string, before: Date): Promise<number> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `DELETE FROM registry.${table} WHERE ctid IN (SELECT ctid FROM registry.${table} WHERE ${column} < $1 LIMIT ${MOST_PER_DELETE})`,
      [before],
    );
    return count;
  }
}

async function addMinutes(manager: EntityManager, tallies: readonly MinuteTally[]): Promise<void> {
  const column = <T>(of: (one: MinuteTally) => T): T[] => tallies.map(of);
  await manager.query(
    `INSERT INTO registry.invocation_minutes AS known
       (func_id, version, minute, domain_id, project_id, count, function_errors, system_errors, rejected, served, duration_ms, longest_ms, shortest_ms, instances)
     SELECT func_id, version, minute, domain_id, project_id, count, function_errors, system_errors, rejected, served, duration_ms, longest_ms, shortest_ms,
            ARRAY(SELECT jsonb_array_elements_text(instances))
       FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::int[], $10::int[], $11::float8[], $12::float8[], $13::float8[], $14::jsonb[])
         AS told (func_id, version, minute, domain_id, project_id, count, function_errors, system_errors, rejected, served, duration_ms, longest_ms, shortest_ms, instances)
     ON CONFLICT (func_id, minute, version) DO UPDATE SET
       count = known.count + excluded.count,
       function_errors = known.function_errors + excluded.function_errors,
       system_errors = known.system_errors + excluded.system_errors,
       rejected = known.rejected + excluded.rejected,
       served = known.served + excluded.served,
       duration_ms = known.duration_ms + excluded.duration_ms,
       longest_ms = greatest(known.longest_ms, excluded.longest_ms),
       shortest_ms = least(known.shortest_ms, excluded.shortest_ms),
       instances = ARRAY(SELECT DISTINCT unnest(known.instances || excluded.instances))`,
    [
      column(({ funcId }) => funcId),
      column(({ version }) => version),
      column(({ minute }) => new Date(minute)),
      column(({ domainId }) => domainId),
      column(({ projectId }) => projectId),
      column(({ count }) => count),
      column(({ functionErrors }) => functionErrors),
      column(({ systemErrors }) => systemErrors),
      column(({ rejected }) => rejected),
      column(({ served }) => served),
      column(({ durationMs }) => durationMs),
      column(({ served, longestMs }) => (served === 0 ? null : longestMs)),
      column(({ served, shortestMs }) => (served === 0 ? null : shortestMs)),
      column(({ instances }) => JSON.stringify([...instances])),
    ],
  );
}

async function addDays(manager: EntityManager, tallies: readonly MinuteTally[]): Promise<void> {
  const days = new Map<string, { funcId: string; projectId: string; day: string; count: number; gbSeconds: number }>();
  for (const { funcId, projectId, minute, count, gbSeconds } of tallies) {
    const day = new Date(minute).toISOString().slice(0, 10);
    const found = days.get(`${funcId} ${day}`) ?? { funcId, projectId, day, count: 0, gbSeconds: 0 };
    days.set(`${funcId} ${day}`, { ...found, count: found.count + count, gbSeconds: found.gbSeconds + gbSeconds });
  }
  const rows = [...days.values()];
  await manager.query(
    `INSERT INTO registry.invocation_days AS known (func_id, project_id, day, count, gb_seconds)
     SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::bigint[], $5::float8[])
     ON CONFLICT (func_id, day) DO UPDATE SET count = known.count + excluded.count, gb_seconds = known.gb_seconds + excluded.gb_seconds`,
    [rows.map(({ funcId }) => funcId), rows.map(({ projectId }) => projectId), rows.map(({ day }) => day), rows.map(({ count }) => count), rows.map(({ gbSeconds }) => gbSeconds)],
  );
}

function daysBefore(now: number, days: number): Date {
  return new Date(now - days * 24 * 60 * MINUTE_MS);
}
