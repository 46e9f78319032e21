import type { Pool, PoolClient } from 'pg';
import type { Logger } from '@windlass/telemetry';

const DAY_MS = 86_400_000;
const LOCK = `SELECT pg_advisory_xact_lock(hashtextextended('windlass partitions of log chunks', 0))`;
const DUPLICATE_TABLE = '42P07';
const LOCK_NOT_AVAILABLE = '55P03';

/** A drop that was interrupted leaves a partition half-way. */
type PartitionState = 'attached' | 'detaching' | 'detached';

/**
 * Chunks lie in a partition for each day on which they expire, whatever days their streams keep: all that a partition holds goes
 * on the same day, with the partition. Partitions are made when first needed and dropped when their day has come.
 */
export class ChunkPartitions {
  private readonly known = new Set<number>();

  constructor(
    private readonly pool: Pool,
    private readonly logger: Logger,
  ) {}

  /** Makes the partitions that are missing of these days. */
  async ensure(days: Iterable<number>): Promise<void> {
    for (const day of days) {
      if (this.known.has(day)) continue;
      await this.create(day);
      this.known.add(day);
    }
  }

  /** What was known may have been dropped by another process. */
  forget(): void {
    this.known.clear();
  }

  /** Drops the partitions of days up to this one; answers how many. One that is being read is left for the next time. */
  async drop(today: number): Promise<number> {
    const { rows } = await this.pool.query<{ name: string; state: PartitionState }>(
      `SELECT child.relname AS name, CASE WHEN part.inhdetachpending THEN 'detaching' WHEN part.inhparent IS NULL THEN 'detached' ELSE 'attached' END AS state
         FROM pg_class AS child LEFT JOIN pg_inherits AS part ON part.inhrelid = child.oid
        WHERE child.relnamespace = 'logs'::regnamespace AND child.relkind = 'r' AND child.relname LIKE 'chunks\\_until\\_%'`,
    );
    let dropped = 0;
    for (const { name, state } of rows) {
      const day = dayOfName(name);
      if (day === undefined || day > today) continue;
      if (await this.dropOne(name, state)) dropped += 1;
      this.known.delete(day);
    }
    return dropped;
  }

  private async create(day: number): Promise<void> {
    const name = nameOf(day);
    await inTransaction(this.pool, async (client) => {
      await client.query(LOCK);
      const { rows } = await client.query<{ attached: boolean }>(
        `SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass($1) AND inhparent = 'logs.chunks'::regclass) AS attached`,
        [`logs.${name}`],
      );
      if (rows[0]?.attached) return;
      await createPartition(client, day);
    }).catch((error: unknown) => {
      if ((error as { code?: string }).code !== DUPLICATE_TABLE) throw error;
      throw new Error(`The table logs.${name} is there and is no partition of logs.chunks.`, { cause: error });
    });
  }

  private async dropOne(name: string, state: PartitionState): Promise<boolean> {
    const client = await this.pool.connect();
    try {
      await client.query(`SET lock_timeout = '2s'`);
      if (state !== 'detached') await client.query(`ALTER TABLE logs.chunks DETACH PARTITION logs.${name} ${state === 'detaching' ? 'FINALIZE' : 'CONCURRENTLY'}`);
      await client.query(`DROP TABLE logs.${name}`);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
      this.logger.info({ partition: name }, 'old log lines are still being read and stay a while longer');
      return false;
    } finally {
      await client.query('RESET lock_timeout').then(
        () => client.release(),
        () => client.release(true),
      );
    }
  }
}

/** Made beside the table and then attached, which holds up neither readers nor writers of the others. */
export async function createPartition(db: { query(statement: string): Promise<unknown> }, day: number): Promise<void> {
  const name = nameOf(day);
  await db.query(`CREATE TABLE logs.${name} (LIKE logs.chunks INCLUDING ALL)`);
  await db.query(`ALTER TABLE logs.chunks ATTACH PARTITION logs.${name} FOR VALUES FROM ('${dateOf(day)}') TO ('${dateOf(day + 1)}')`);
}

export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function nameOf(day: number): string {
  return `chunks_until_${dateOf(day).replaceAll('-', '')}`;
}

function dayOfName(name: string): number | undefined {
  const [, year, month, day] = /^chunks_until_(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  return year === undefined ? undefined : Date.parse(`${year}-${month}-${day}`) / DAY_MS;
}
