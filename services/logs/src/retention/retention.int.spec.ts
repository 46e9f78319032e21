import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { createLogger } from '@windlass/telemetry';
import { openDatabase } from '../database.js';
import { PostgresLogStore } from '../postgres-log-store/index.js';
import { Retention } from './retention.js';

const DAY = 24 * 60 * 60_000;
const now = Date.parse('2026-02-02T12:00:00Z');
const logger = createLogger('test', { level: 'silent' });

describe('retention', () => {
  let postgres: TemporaryPostgres;
  let dataSource: DataSource;
  let store: PostgresLogStore;
  let retention: Retention;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    const connectionString = postgres.connectionString(postgres.database);
    dataSource = await openDatabase(connectionString);
    store = new PostgresLogStore({ connectionString, logger, now: () => now });
    retention = new Retention(dataSource, store, logger, () => now);
  });

  afterAll(async () => {
    await store?.close();
    await dataSource?.destroy();
    await postgres?.stop();
  });

  /** A stream with a line for each age in days. */
  async function streamWith(agesInDays: number[], groupDays: number, streamDays: number | null): Promise<{ group: string; stream: string }> {
    const [group, stream] = [randomUUID(), randomUUID()];
    await dataSource.query(`INSERT INTO logs.log_groups (id, domain_id, project_id, name, alias, ttl_in_days, created_at) VALUES ($1, 'd1', 'p1', $2, '', $3, now())`, [group, group, groupDays]);
    await dataSource.query(`INSERT INTO logs.log_streams (id, group_id, domain_id, project_id, name, alias, ttl_in_days, created_at) VALUES ($1, $2, 'd1', 'p1', 's', '', $3, now())`, [stream, group, streamDays]);
    const lines = agesInDays.map((age) => ({ time: `${now - age * DAY}000000`, content: `${age}`, labels: {} }));
    await store.append([{ batchId: randomUUID(), domainId: 'd1', projectId: 'p1', streamId: stream, lines }]);
    return { group, stream };
  }

  const left = async (streamId: string): Promise<number[]> => {
    const page = await store.query({ streamId, from: 0n, to: 2n ** 63n - 1n, labels: {} }, { order: 'ascending', limit: 10_000, deadline: Infinity });
    return page.lines.map((row) => Number(row.content));
  };

  it("keeps lines for the stream's days, or the group's where the stream has none", async () => {
    const ages = [9, 8, 6, 1];
    const [groups, own, short] = [await streamWith(ages, 7, null), await streamWith(ages, 7, 30), await streamWith([...ages, 0.2], 7, 1)];
    await retention.run();
    expect(await left(groups.stream)).toEqual([6, 1]);
    expect(await left(own.stream)).toEqual(ages);
    // The partition of a day goes when the last of its lines has outlived its days.
    expect(await left(short.stream)).toEqual([1, 0.2]);
  });

  it("follows a change of the group's days before it drops anything", async () => {
    const { group, stream } = await streamWith([12, 5], 9, null);
    const { group: shorterGroup, stream: shorter } = await streamWith([12, 5], 30, null);
    await dataSource.query('UPDATE logs.log_groups SET ttl_in_days = 20 WHERE id = $1', [group]);
    await dataSource.query('UPDATE logs.log_groups SET ttl_in_days = 7 WHERE id = $1', [shorterGroup]);
    await retention.run();
    expect(await left(stream)).toEqual([12, 5]);
    expect(await left(shorter)).toEqual([5]);
  });

  it('clears the lines of deleted streams and forgets the streams', async () => {
    const { stream } = await streamWith([1, 2], 30, null);
    await dataSource.query('INSERT INTO logs.streams_to_clear (stream_id) VALUES ($1)', [stream]);
    await retention.run();
    expect(await left(stream)).toEqual([]);
    expect(await dataSource.query('SELECT FROM logs.streams_to_clear')).toEqual([]);
  });

  it('remembers batches for a week', async () => {
    const day = (age: number) => new Date(now - age * DAY);
    await dataSource.query(`INSERT INTO logs.ingested_batches VALUES ('old', $1), ('young', $2)`, [day(8), day(6)]);
    await retention.run();
    expect(await dataSource.query(`SELECT batch_id FROM logs.ingested_batches WHERE batch_id IN ('old', 'young')`)).toEqual([{ batch_id: 'young' }]);
  });
});
