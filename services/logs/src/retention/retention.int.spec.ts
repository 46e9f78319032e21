import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { createLogger } from '@windlass/telemetry';
import { openDatabase } from '../database.js';
import { PostgresLogStore } from '../lines/index.js';
import { Retention } from './retention.js';

const DAY = 24 * 60 * 60_000;
const now = Date.now();

describe('retention', () => {
  let postgres: TemporaryPostgres;
  let dataSource: DataSource;
  let store: PostgresLogStore;
  let retention: Retention;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    dataSource = await openDatabase(postgres.connectionString(postgres.database));
    store = new PostgresLogStore(dataSource);
    retention = new Retention(dataSource, store, createLogger('test', { level: 'silent' }), () => now);
  });

  afterAll(async () => {
    await dataSource?.destroy();
    await postgres?.stop();
  });

  /** A stream with a line for each age in days. */
  async function streamWith(agesInDays: number[], groupDays: number, streamDays: number | null): Promise<string> {
    const [group, stream] = [randomUUID(), randomUUID()];
    await dataSource.query(`INSERT INTO logs.log_groups VALUES ($1, 'd1', 'p1', $2, '', $3, now())`, [group, group, groupDays]);
    await dataSource.query(`INSERT INTO logs.log_streams VALUES ($1, $2, 'd1', 'p1', 's', '', $3, now())`, [stream, group, streamDays]);
    const lines = agesInDays.map((age) => ({ time: `${now - age * DAY}000000`, content: `${age}`, labels: {} }));
    await store.append([{ batchId: randomUUID(), domainId: 'd1', projectId: 'p1', streamId: stream, lines }]);
    return stream;
  }

  const left = async (streamId: string): Promise<number[]> =>
    (await store.query({ streamId, from: 0n, to: 2n ** 63n - 1n, labels: {} }, { order: 'ascending', limit: 10_000 })).map((row) => Number(row.content));

  it("keeps lines for the stream's days, or the group's where the stream has none", async () => {
    const groups = await streamWith([8, 7.1, 6.9, 1], 7, null);
    const own = await streamWith([8, 7.1, 6.9, 1], 7, 30);
    const short = await streamWith([8, 7.1, 6.9, 1, 0.5], 7, 1);
    await retention.run();
    expect(await left(groups)).toEqual([6.9, 1]);
    expect(await left(own)).toEqual([8, 7.1, 6.9, 1]);
    expect(await left(short)).toEqual([1, 0.5]);
  });

  it('deletes more lines than fit one statement', async () => {
    const stream = await streamWith(Array.from({ length: 4_500 }, () => 9), 7, null);
    await retention.run();
    expect(await left(stream)).toEqual([]);
  });

  it('clears the lines of deleted streams and forgets the streams', async () => {
    const stream = await streamWith([1, 2], 30, null);
    await dataSource.query('INSERT INTO logs.streams_to_clear (stream_id) VALUES ($1)', [stream]);
    await retention.run();
    expect(await left(stream)).toEqual([]);
    expect(await dataSource.query('SELECT FROM logs.streams_to_clear')).toEqual([]);
  });

  it('remembers batches for a week', async () => {
    await dataSource.query(`INSERT INTO logs.ingested_batches VALUES ('old', now() - interval '8 days'), ('young', now() - interval '6 days')`);
    await retention.run();
    expect(await dataSource.query(`SELECT batch_id FROM logs.ingested_batches WHERE batch_id IN ('old', 'young')`)).toEqual([{ batch_id: 'young' }]);
  });
});
