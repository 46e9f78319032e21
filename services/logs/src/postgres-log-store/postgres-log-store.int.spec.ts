import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { createLogger } from '@windlass/telemetry';
import { openDatabase } from '../database.js';
import { describeLogStore } from '../lines/testing/log-store-contract.js';
import { PostgresLogStore } from './postgres-log-store.js';

const NOW = Date.parse('2026-02-02T12:00:00Z');
const logger = createLogger('test', { level: 'silent' });

interface Place {
  readonly postgres: TemporaryPostgres;
  readonly dataSource: DataSource;
  readonly connectionString: string;
}

async function newPlace(): Promise<Place> {
  const postgres = await startTemporaryPostgres();
  const connectionString = postgres.connectionString(postgres.database);
  return { postgres, connectionString, dataSource: await openDatabase(connectionString) };
}

async function newStream({ dataSource }: Place, days = 30): Promise<string> {
  const [group, stream] = [randomUUID(), randomUUID()];
  await dataSource.query(`INSERT INTO logs.log_groups (id, domain_id, project_id, name, alias, ttl_in_days, created_at) VALUES ($1, 'd1', 'p1', $2, '', 99, now())`, [group, group]);
  await dataSource.query(`INSERT INTO logs.log_streams (id, group_id, domain_id, project_id, name, alias, ttl_in_days, created_at) VALUES ($1, $2, 'd1', 'p1', 's', '', $3, now())`, [stream, group, days]);
  return stream;
}

describeLogStore('PostgreSQL', async () => {
  const place = await newPlace();
  const subject = {
    now: NOW,
    store: undefined as unknown as PostgresLogStore,
    newStream: (days?: number) => newStream(place, days),
    removeStream: async (id: string) => void (await place.dataSource.query('DELETE FROM logs.log_streams WHERE id = $1', [id])),
    settle: () => subject.store.merged(),
    close: async () => {
      await subject.store.close();
      await place.dataSource.destroy();
      await place.postgres.stop();
    },
  };
  subject.store = new PostgresLogStore({ connectionString: place.connectionString, logger, now: () => subject.now });
  return subject;
});

describe('the PostgreSQL log store', () => {
  let place: Place;
  let store: PostgresLogStore;
  let other: PostgresLogStore;

  beforeAll(async () => {
    place = await newPlace();
    [store, other] = [1, 2].map(() => new PostgresLogStore({ connectionString: place.connectionString, logger, now: () => NOW })) as [PostgresLogStore, PostgresLogStore];
  });
  afterAll(async () => {
    await store?.close();
    await other?.close();
    await place?.dataSource.destroy();
    await place?.postgres.stop();
  });

  const batch = (streamId: string, contents: string[]) => ({ batchId: randomUUID(), domainId: 'd1', projectId: 'p1', streamId, lines: contents.map((content) => ({ time: `${NOW}000000`, content, labels: {} })) });
  const everything = async (streamId: string) => (await store.query({ streamId, from: 0n, to: 2n ** 63n - 1n, labels: {} }, { order: 'ascending', limit: 100_000, deadline: Infinity })).lines;
  const chunks = (streamId: string) => place.dataSource.query<{ lines: number; mergeable: boolean }[]>('SELECT lines, mergeable FROM logs.chunks WHERE stream_id = $1 ORDER BY first_line', [streamId]);

  it('merges small chunks behind the writers, and loses and repeats nothing', async () => {
    const stream = await newStream(place);
    for (let index = 0; index < 100; index += 1) await store.append([batch(stream, Array.from({ length: 50 }, (_, place) => `${index * 50 + place}`))]);
    await store.merged();
    const left = await chunks(stream);
    expect(left.length).toBeLessThan(50);
    expect(left.some(({ lines }) => lines >= 512)).toBe(true);
    expect((await everything(stream)).map(({ content }) => content)).toEqual(Array.from({ length: 5_000 }, (_, index) => String(index)));
  });

  it('numbers without a clash and writes once what two processes write to one stream at a time', async () => {
    const stream = await newStream(place);
    const batches = Array.from({ length: 30 }, (_, index) => batch(stream, [`a${index}`, `b${index}`]));
    const both = [store, other].map(async (one) => {
      for (const each of batches) await one.append([each]);
    });
    await Promise.all(both);
    const lines = await everything(stream);
    expect(lines.map(({ content }) => content).sort()).toEqual(batches.flatMap(({ lines: given }) => given.map(({ content }) => content)).sort());
    expect(new Set(lines.map(({ lineNumber }) => lineNumber)).size).toBe(60);
    lines.forEach(({ content }, index) => index % 2 === 1 && expect(content.slice(1)).toBe(lines[index - 1]!.content.slice(1)));
  });

  it('makes a partition again that another process has dropped', async () => {
    const stream = await newStream(place, 40);
    await store.append([batch(stream, ['a'])]);
    await other.append([batch(stream, ['b'])]);
    await place.dataSource.query('DROP TABLE logs.chunks_until_20260315');
    await other.append([batch(stream, ['c'])]);
    await store.append([batch(stream, ['d'])]);
    expect((await everything(stream)).map(({ content }) => content)).toEqual(['c', 'd']);
  });

  it('goes on with a drop that was interrupted', async () => {
    const stream = await newStream(place, 45);
    await store.append([batch(stream, ['a'])]);
    await place.dataSource.query('ALTER TABLE logs.chunks DETACH PARTITION logs.chunks_until_20260320');
    const later = new PostgresLogStore({ connectionString: place.connectionString, logger, now: () => NOW + 50 * 86_400_000 });
    expect(await later.dropExpired()).toBe(true);
    await later.close();
    expect(await place.dataSource.query(`SELECT to_regclass('logs.chunks_until_20260320') AS table`)).toEqual([{ table: null }]);
  });
});
