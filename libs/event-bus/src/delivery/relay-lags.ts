import type { ClientBase, Pool } from 'pg';
import type { RelayLag, ReportedRelayLag } from '../event-bus.js';

type Queryable = Pool | ClientBase;

export async function keepRelayLag(db: Queryable, { service, waiting, oldestAt }: RelayLag): Promise<void> {
  await db.query(
    `INSERT INTO bus.relays (service, waiting, oldest_at) VALUES ($1, $2, $3)
     ON CONFLICT (service) DO UPDATE SET waiting = excluded.waiting, oldest_at = excluded.oldest_at, reported_at = clock_timestamp()`,
    [service, waiting, oldestAt],
  );
}

export async function listRelayLags(db: Queryable): Promise<ReportedRelayLag[]> {
  const { rows } = await db.query<Omit<ReportedRelayLag, 'oldestAt'> & { oldestAt: Date | null }>(
    'SELECT service, waiting, oldest_at AS "oldestAt", reported_at AS "reportedAt" FROM bus.relays ORDER BY service',
  );
  return rows.map(({ oldestAt, ...lag }) => ({ ...lag, oldestAt: oldestAt ?? undefined }));
}
