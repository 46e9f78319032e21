import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { DataSource } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { EventStore } from '@windlass/event-store';
import { openBucket, type Bucket, type BucketAddress } from '@windlass/object-storage';
import { findS3Server, startS3Server, type S3Server } from '@windlass/object-storage/testing';
import { createLogger } from '@windlass/telemetry';
import type { Caller } from '../caller.js';
import { openDatabase } from '../database.js';
import { PostgresLogStore } from '../postgres-log-store/index.js';
import { ChangeTransfers } from './change-transfers.js';
import { ProgressTable } from './progress-table.js';
import { markerOf, TransferStorage } from './transfer-storage.js';
import { TransferTable, type TransferRow } from './transfer-table.js';
import type { TransferSettings } from './transfer.decider.js';
import { Transfers } from './transfers.js';

const server = await findS3Server();
const whereThereIsS3 = 'program' in server ? describe : describe.skip;
const MINUTE = 60_000;

whereThereIsS3(`shipping logs to a bucket${'lacking' in server ? ` (skipped: ${server.lacking})` : ''}`, () => {
  let s3: S3Server;
  let postgres: TemporaryPostgres;
  let dataSource: DataSource;
  let lines: PostgresLogStore;
  let address: BucketAddress;
  let bucket: Bucket;
  let now: number;
  const logged: string[] = [];
  const logger = createLogger('logs', { destination: { write: (line) => void logged.push(line) } });
  const caller: Caller = { domainId: 'd1', projectId: 'p1', actor: 'u1', requestId: 'r1', metadata: { actor: 'u1', requestId: 'r1' } };

  beforeAll(async () => {
    if (!('program' in server)) return;
    s3 = await startS3Server(server.program);
    postgres = await startTemporaryPostgres();
  });
  afterAll(async () => {
    await postgres?.stop();
    await s3?.stop();
  });
  beforeEach(async () => {
    const database = `logs_${randomUUID().slice(0, 8)}`;
    await postgres.ensureDatabase(database);
    const connectionString = postgres.connectionString(database);
    dataSource = await openDatabase(connectionString);
    now = Date.now();
    lines = new PostgresLogStore({ connectionString, logger, now: () => now });
    address = await s3.newBucket();
    bucket = openBucket(address);
    await bucket.put(markerOf('p1'), Buffer.alloc(0));
  });
  afterEach(async () => {
    bucket?.close();
    await lines?.close();
    await dataSource?.destroy();
  });

  /** A stream, and a transfer of it. */
  async function shipping(fields: Partial<TransferSettings> = {}): Promise<{ streamId: string; row: TransferRow }> {
    const [groupId, streamId] = [randomUUID(), randomUUID()];
    // Each in a database of its own, so names are free.
    await dataSource.query(`INSERT INTO logs.log_groups (id, domain_id, project_id, name, alias, ttl_in_days, created_at) VALUES ($1, 'd1', 'p1', 'group', '', 7, now())`, [groupId]);
    await dataSource.query(`INSERT INTO logs.log_streams (id, group_id, domain_id, project_id, name, alias, created_at) VALUES ($1, $2, 'd1', 'p1', 'stream', '', now())`, [streamId, groupId]);
    const settings: TransferSettings = { format: 'RAW', enabled: true, periodMinutes: 2, bucket: address.bucket, namePrefix: '', folder: 'shipped/', timeZone: 'UTC', ...fields };
    const row = await new ChangeTransfers(new EventStore(dataSource, { schema: 'logs' }), new TransferTable(dataSource)).create(caller, groupId, [streamId], settings);
    // Lines are shipped from here on.
    now = Date.now() + 1000;
    return { streamId, row };
  }

  const write = (streamId: string, ...contents: string[]) =>
    lines.append([{ batchId: randomUUID(), domainId: 'd1', projectId: 'p1', streamId, lines: contents.map((content, index) => ({ time: String(BigInt(now) * 1_000_000n + BigInt(index)), content, labels: {} })) }]);
  const storage = () => new TransferStorage({ ...address });
  const run = (chosen = storage()) => new Transfers(dataSource, lines, chosen, logger, () => now).run();
  const problems = async ({ id }: TransferRow) => (await new ProgressTable(dataSource).of([id])).map(({ problem }) => problem);

  /** What all objects hold, in the order of their names. */
  async function shipped(): Promise<string> {
    let text = '';
    for await (const { key } of bucket.list('shipped/')) text += gunzipSync(await buffer((await bucket.get(key))!.content)).toString();
    return text;
  }

  it('ships what was written in whole periods since it was made, and goes on from there', async () => {
    const { streamId, row } = await shipping();
    await write(streamId, 'a', 'b');
    await run();
    expect(await shipped()).toBe('');
    now += 2 * MINUTE;
    await write(streamId, 'c');
    await run();
    expect(await shipped()).toBe('a\nb\n');
    now += 2 * MINUTE;
    await run();
    expect(await shipped()).toBe('a\nb\nc\n');
    // A line that comes late is shipped with the next.
    await lines.append([{ batchId: randomUUID(), domainId: 'd1', projectId: 'p1', streamId, lines: [{ time: String(BigInt(now - 10 * MINUTE) * 1_000_000n), content: 'late', labels: {} }] }]);
    now += 2 * MINUTE;
    await run();
    expect(await shipped()).toBe('a\nb\nc\nlate\n');
    expect(await problems(row)).toEqual(['']);
  });

  it('leaves out and repeats nothing when it is broken off anywhere', async () => {
    const { streamId } = await shipping();
    await write(streamId, ...Array.from({ length: 50 }, (_, index) => `first ${index}`));
    now += 61 * MINUTE;
    await write(streamId, ...Array.from({ length: 50 }, (_, index) => `second ${index}`));
    now += 61 * MINUTE;
    await write(streamId, 'third');
    now += 2 * MINUTE;
    for (let broken = 0; broken < 3; broken += 1) {
      // The process ends behind the put of one more object each time, before that is remembered.
      const breaking = new Transfers(dataSource, lines, breakingAfter(storage(), 1), logger, () => now);
      await breaking.run();
      await dataSource.query('UPDATE logs.transfer_progress SET due_at = now()');
      now += 2 * MINUTE;
      await write(streamId, `meanwhile ${broken}`);
      await dataSource.query(`UPDATE logs.transfer_progress SET due_at = '-infinity'`);
      await run(breakingAfter(storage(), broken === 2 ? Infinity : 0));
      await dataSource.query(`UPDATE logs.transfer_progress SET due_at = '-infinity'`);
    }
    now += 4 * MINUTE;
    await run(breakingAfter(storage(), Infinity));
    expect(logged.filter((line) => line.includes('toBe'))).toEqual([]);
    const expected = [...Array.from({ length: 50 }, (_, index) => `first ${index}`), ...Array.from({ length: 50 }, (_, index) => `second ${index}`), 'third', 'meanwhile 0', 'meanwhile 1', 'meanwhile 2'];
    expect((await shipped()).trim().split('\n')).toEqual(expected);
  });

  /** A storage whose buckets fail with a put once so many have succeeded: the object is there, and nobody was told. */
  function breakingAfter(whole: TransferStorage, puts: number): TransferStorage {
    let left = puts;
    const bucketOf = async (projectId: string, name: string): Promise<Bucket> => {
      const inner = await whole.bucketOf(projectId, name);
      return {
        ...inner,
        put: async (key: string, content: Buffer, type?: string) => {
          const before = await inner.get(key);
          // Whoever has read an object has read all it will ever hold.
          if (before !== undefined) expect(gunzipSync(await buffer(before.content)).equals(gunzipSync(content))).toBe(true);
          await inner.put(key, content, type);
          left -= 1;
          if (left < 0) throw new Error('the connection broke');
        },
        stat: (key: string) => inner.stat(key),
      } as Bucket;
    };
    return { bucketOf, close: () => whole.close() } as unknown as TransferStorage;
  }

  it('is the work of one process at a time', async () => {
    const { streamId } = await shipping();
    await write(streamId, 'a');
    now += 2 * MINUTE;
    await Promise.all([run(), run(), run()]);
    expect(await shipped()).toBe('a\n');
  });

  it('says what hinders it, and goes on once that is gone', async () => {
    const { streamId, row } = await shipping();
    await write(streamId, 'a');
    await bucket.remove(markerOf('p1'));
    now += 2 * MINUTE;
    await run();
    expect(await problems(row)).toEqual([expect.stringContaining(`Put an object named windlass-logs/p1 into it`)]);
    expect(await shipped()).toBe('');
    await bucket.put(markerOf('p1'), Buffer.alloc(0));
    now += 2 * MINUTE;
    await run();
    expect([await problems(row), await shipped()]).toEqual([[''], 'a\n']);
  });

  it('ships nothing while it is switched off, and all of it afterwards', async () => {
    const { streamId, row } = await shipping({ enabled: false });
    await write(streamId, 'a');
    now += 2 * MINUTE;
    await run();
    expect(await shipped()).toBe('');
    await new ChangeTransfers(new EventStore(dataSource, { schema: 'logs' }), new TransferTable(dataSource)).change(caller, row, { ...row.settings, enabled: true });
    await run();
    expect(await shipped()).toBe('a\n');
  });

  it('ends with the last of its streams, and forgets those that are deleted before', async () => {
    const { streamId, row } = await shipping();
    const groupId = row.groupId;
    const other = randomUUID();
    await dataSource.query(`INSERT INTO logs.log_streams (id, group_id, domain_id, project_id, name, alias, created_at) VALUES ($1, $2, 'd1', 'p1', 'other', '', now())`, [other, groupId]);
    const table = new TransferTable(dataSource);
    const both = await new ChangeTransfers(new EventStore(dataSource, { schema: 'logs' }), table).create(caller, groupId, [streamId, other], row.settings);
    await run();
    const followed = async ({ id }: TransferRow) => (await new ProgressTable(dataSource).of([id])).map((progress) => progress.streamId);
    expect((await followed(both)).sort()).toEqual([streamId, other].sort());
    await dataSource.query('DELETE FROM logs.log_streams WHERE id = $1', [streamId]);
    await run();
    expect((await table.list('p1')).map(({ id }) => id)).toEqual([both.id]);
    expect([await followed(row), await followed(both)]).toEqual([[], [other]]);
    await dataSource.query('DELETE FROM logs.log_streams WHERE id = $1', [other]);
    await Promise.all([run(), run()]);
    expect(await table.list('p1')).toEqual([]);
    expect(await dataSource.query(`SELECT type, metadata->>'actor' AS actor FROM logs.events WHERE type = 'LogTransferDeleted'`)).toEqual([{ type: 'LogTransferDeleted', actor: 'platform' }, { type: 'LogTransferDeleted', actor: 'platform' }]);
  });

  it('lets no project write to a bucket that does not let it in, and tells nothing of the bucket', async () => {
    const refusal = (projectId: string, name: string) => storage().bucketOf(projectId, name).then(() => 'let in', ({ message }: Error) => message.replaceAll(name, '…').replaceAll(projectId, '…'));
    expect(await refusal('p1', address.bucket)).toBe('let in');
    expect(await refusal('p2', address.bucket)).toBe(await refusal('p2', 'no-such-bucket'));
    await expect(new TransferStorage(undefined).bucketOf('p1', 'any')).rejects.toMatchObject({ kind: 'precondition_failed', message: expect.stringContaining('WINDLASS_LOGS_TRANSFER_ENDPOINT') });
  });
});
