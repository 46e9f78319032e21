import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { openDatabase } from '../database.js';
import { matches, type Expression, type SearchableLine } from '../search/index.js';
import { arbitraryExpression, arbitraryLine } from '../search/testing/arbitrary-search.js';
import type { LineBatch, NewLine } from './log-store.js';
import { PostgresLogStore } from './postgres-log-store.js';

const NOW = 1_770_000_000_000;
const ALL = { from: 0n, to: 9_223_372_036_854_775_807n, labels: {} };

describe('the PostgreSQL log store', () => {
  let postgres: TemporaryPostgres;
  let dataSource: DataSource;
  let store: PostgresLogStore;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    dataSource = await openDatabase(postgres.connectionString(postgres.database));
    store = new PostgresLogStore(dataSource, () => NOW);
  });

  afterAll(async () => {
    await dataSource?.destroy();
    await postgres?.stop();
  });

  async function newStream(): Promise<string> {
    const [group, stream] = [randomUUID(), randomUUID()];
    await dataSource.query(`INSERT INTO logs.log_groups VALUES ($1, 'd1', 'p1', $2, '', 30, now())`, [group, group]);
    await dataSource.query(`INSERT INTO logs.log_streams VALUES ($1, $2, 'd1', 'p1', 's', '', NULL, now())`, [stream, group]);
    return stream;
  }

  const line = (content: string, time = `${NOW}000000`, labels: Record<string, string> = {}): NewLine => ({ time, content, labels });
  const batch = (streamId: string, lines: NewLine[], fields: Partial<LineBatch> = {}): LineBatch => ({
    batchId: randomUUID(),
    domainId: 'd1',
    projectId: 'p1',
    streamId,
    lines,
    ...fields,
  });
  const everything = (streamId: string) => store.query({ ...ALL, streamId }, { order: 'ascending', limit: 10_000 });
  const contents = async (streamId: string) => (await everything(streamId)).map((row) => row.content);

  it('writes a batch once, however often it comes', async () => {
    const stream = await newStream();
    const twice = batch(stream, [line('a'), line('b')]);
    expect(await store.append([twice, twice])).toEqual(['written', 'duplicate']);
    expect(await store.append([batch(stream, [line('c')]), twice])).toEqual(['written', 'duplicate']);
    expect(await contents(stream)).toEqual(['a', 'b', 'c']);
  });

  it('writes a batch once also when two consumers bring it at the same time', async () => {
    const stream = await newStream();
    const same = batch(stream, [line('a')]);
    const outcomes = await Promise.all([store.append([same]), store.append([same]), store.append([same])]);
    expect(outcomes.flat().sort()).toEqual(['duplicate', 'duplicate', 'written']);
    expect(await contents(stream)).toEqual(['a']);
  });

  it('knows no stream that is unknown, malformed or of another tenant, and writes the rest', async () => {
    const stream = await newStream();
    const outcomes = await store.append([
      batch(randomUUID(), [line('x')]),
      batch('no-uuid', [line('x')]),
      batch(stream, [line('x')], { projectId: 'p2' }),
      batch(stream, [line('x')], { domainId: 'd2' }),
      batch(stream, [line('kept')]),
    ]);
    expect(outcomes).toEqual(['unknown stream', 'unknown stream', 'unknown stream', 'unknown stream', 'written']);
    expect(await contents(stream)).toEqual(['kept']);
  });

  it('numbers the lines of concurrent batches without a clash', async () => {
    const stream = await newStream();
    await Promise.all(Array.from({ length: 8 }, () => store.append([batch(stream, Array.from({ length: 50 }, () => line('x')))])));
    const numbers = (await everything(stream)).map((row) => row.lineNumber);
    expect(numbers).toEqual(Array.from({ length: 400 }, (_, index) => BigInt(NOW) * 1_000_000n + BigInt(index)));
  });

  it('numbers on after everything was deleted', async () => {
    const stream = await newStream();
    await store.append([batch(stream, [line('a'), line('b')])]);
    await store.prune(stream, ALL.to, 10);
    await store.append([batch(stream, [line('c')])]);
    expect((await everything(stream))[0]?.lineNumber).toBe(BigInt(NOW) * 1_000_000n + 2n);
  });

  it('writes more lines than fit one statement, whole', async () => {
    const stream = await newStream();
    await store.append([batch(stream, Array.from({ length: 2_500 }, (_, index) => line(`line ${index}`)))]);
    expect(await contents(stream)).toEqual(Array.from({ length: 2_500 }, (_, index) => `line ${index}`));
  });

  it('keeps a line that is one enormous word', async () => {
    const stream = await newStream();
    const blob = Array.from({ length: 8_192 }, (_, index) => index.toString(36).padStart(8, 'z')).join('');
    await store.append([batch(stream, [line(blob, undefined, { blob: blob.slice(0, 1024) })])]);
    expect(await contents(stream)).toEqual([blob]);
  });

  it('prunes the oldest lines before a number, no more than asked at a time', async () => {
    const stream = await newStream();
    await store.append([batch(stream, ['1', '2', '3', '4'].map((n) => line(n, `176999999900000000${n}`)))]);
    expect(await store.prune(stream, 1_769_999_999_000_000_004n, 2)).toBe(2);
    expect(await contents(stream)).toEqual(['3', '4']);
    expect(await store.prune(stream, 1_769_999_999_000_000_004n, 2)).toBe(1);
    expect(await store.prune(stream, 1_769_999_999_000_000_004n, 2)).toBe(0);
  });

  it('clears a stream that is gone in steps, and says when nothing is left', async () => {
    const stream = await newStream();
    await store.append([batch(stream, [line('a'), line('b'), line('c')])]);
    expect(await store.clear(stream, 2)).toBe(false);
    expect(await store.clear(stream, 2)).toBe(true);
    expect(await dataSource.query('SELECT FROM logs.stream_heads WHERE stream_id = $1', [stream])).toEqual([]);
  });

  it('compares labels exactly, case and all', async () => {
    const stream = await newStream();
    const labels = { function: 'hello', version: 'latest', request_id: 'r-1' };
    await store.append([batch(stream, [line('a', undefined, labels), line('b', undefined, { ...labels, request_id: 'R-1' }), line('c', undefined, { function: 'hello there' })])]);
    const found = async (wanted: Record<string, string>) =>
      (await store.query({ ...ALL, streamId: stream, labels: wanted }, { order: 'ascending', limit: 10 })).map((row) => row.content);
    expect(await found(labels)).toEqual(['a']);
    expect(await found({ function: 'hello' })).toEqual(['a', 'b']);
    expect(await found({ function: '' })).toEqual([]);
  });

  it('finds exactly the lines that the search language says it should', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryLine, { minLength: 1, maxLength: 12 }), fc.array(arbitraryExpression, { minLength: 1, maxLength: 12 }), async (lines, expressions) => {
        const stream = await newStream();
        await store.append([batch(stream, lines.map(({ content, labels }) => line(content, undefined, labels)))]);
        for (const expression of expressions) {
          const filter = { ...ALL, streamId: stream, expression };
          const wanted = linesMatching(expression, lines);
          expect(await store.query(filter, { order: 'ascending', limit: 100 })).toMatchObject(wanted);
          expect(await store.count(filter)).toBe(wanted.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  function linesMatching(expression: Expression, lines: readonly SearchableLine[]): SearchableLine[] {
    return lines.filter((candidate) => matches(expression, candidate)).map(({ content, labels }) => ({ content, labels: { ...labels } }));
  }
});
