import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { matches, parse, type Expression, type SearchableLine } from '../../search/index.js';
import { arbitraryExpression, arbitraryLine } from '../../search/testing/arbitrary-search.js';
import type { LineBatch, LineFilter, LogLine, LogStore, NewLine } from '../log-store.js';

const DAY_MS = 86_400_000;
const ALL = { from: 0n, to: 9_223_372_036_854_775_807n, labels: {} };
const FOREVER = Number.MAX_SAFE_INTEGER;

/** A store, and what surrounds it. Streams belong to account "d1" and project "p1". */
export interface LogStoreSubject {
  readonly store: LogStore;
  /** What the store takes for the present, in milliseconds since the epoch; may be set. */
  now: number;
  /** Makes a stream that keeps its lines for so many days; answers its id. */
  newStream(days?: number): Promise<string>;
  /** Ends the stream, whose lines are still to be cleared. */
  removeStream(streamId: string): Promise<void>;
  /** Lets the store do at once what it does behind its writers. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** What every LogStore must do. */
export function describeLogStore(name: string, open: () => Promise<LogStoreSubject>): void {
  describe(`${name} as a log store`, () => {
    let subject: LogStoreSubject;
    let store: LogStore;

    beforeAll(async () => {
      subject = await open();
      store = subject.store;
    });
    afterAll(() => subject?.close());

    const time = (index = 0, at = subject.now): string => String(BigInt(at) * 1_000_000n + BigInt(index));
    const line = (content: string, at = time(), labels: Record<string, string> = {}): NewLine => ({ time: at, content, labels });
    const batch = (streamId: string, lines: NewLine[], fields: Partial<LineBatch> = {}): LineBatch => ({ batchId: randomUUID(), domainId: 'd1', projectId: 'p1', streamId, lines, ...fields });
    const filter = (streamId: string, fields: Partial<LineFilter> = {}): LineFilter => ({ ...ALL, streamId, ...fields });
    const search = (source: string): Expression => parse(source)!;
    const everything = async (streamId: string, fields: Partial<LineFilter> = {}): Promise<readonly LogLine[]> => {
      const page = await store.query(filter(streamId, fields), { order: 'ascending', limit: 100_000, deadline: FOREVER });
      expect(page.complete).toBe(true);
      return page.lines;
    };
    const contents = async (streamId: string, fields: Partial<LineFilter> = {}): Promise<string[]> => (await everything(streamId, fields)).map(({ content }) => content);

    describe('writing', () => {
      it('writes a batch once, however often it comes', async () => {
        const stream = await subject.newStream();
        const twice = batch(stream, [line('a'), line('b')]);
        expect(await store.append([twice, twice])).toEqual(['written', 'duplicate']);
        expect(await store.append([batch(stream, [line('c')]), twice])).toEqual(['written', 'duplicate']);
        expect(await contents(stream)).toEqual(['a', 'b', 'c']);
      });

      it('tells the number of the last line of a stream, up to which nothing is still to come', async () => {
        const [stream, empty] = [await subject.newStream(), await subject.newStream()];
        expect(await store.heads([stream, empty, randomUUID()])).toEqual(new Map());
        await store.append([batch(stream, [line('a'), line('b')])]);
        expect(await store.heads([stream, empty])).toEqual(new Map([[stream, (await everything(stream)).at(-1)?.lineNumber]]));
        await store.append([batch(stream, [line('late', time(0, subject.now - 1000))])]);
        expect((await store.heads([stream])).get(stream)).toBe((await everything(stream)).at(-1)?.lineNumber);
      });

      it('writes a batch once also when it comes several times at once', async () => {
        const stream = await subject.newStream();
        const same = batch(stream, [line('a')]);
        const outcomes = await Promise.all([store.append([same]), store.append([same]), store.append([same])]);
        expect(outcomes.flat().sort()).toEqual(['duplicate', 'duplicate', 'written']);
        expect(await contents(stream)).toEqual(['a']);
      });

      it('takes nothing, and batches without lines', async () => {
        const stream = await subject.newStream();
        expect(await store.append([])).toEqual([]);
        const empty = batch(stream, []);
        expect(await store.append([empty])).toEqual(['written']);
        expect(await store.append([empty])).toEqual(['duplicate']);
        expect(await contents(stream)).toEqual([]);
      });

      it('knows no stream that is unknown, malformed or of another tenant, and writes the rest', async () => {
        const stream = await subject.newStream();
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

      it('numbers lines by their time, and on by one where that does not ascend, also of concurrent batches', async () => {
        const stream = await subject.newStream();
        await Promise.all(Array.from({ length: 8 }, () => store.append([batch(stream, Array.from({ length: 50 }, () => line('x')))])));
        const numbers = (await everything(stream)).map(({ lineNumber }) => lineNumber);
        expect(numbers).toEqual(Array.from({ length: 400 }, (_, index) => BigInt(time(index))));
        await store.append([batch(stream, [line('later', time(5_000)), line('not ascending', time(4_000))])]);
        const last = (await everything(stream)).slice(-2).map(({ lineNumber }) => String(lineNumber));
        // Nothing is written in the future.
        expect(last).toEqual([time(400), time(401)]);
      });

      it('numbers on after everything was deleted', async () => {
        const stream = await subject.newStream(1);
        await store.append([batch(stream, [line('a'), line('b')])]);
        const present = subject.now;
        subject.now += 3 * DAY_MS;
        await store.dropExpired();
        expect(await contents(stream)).toEqual([]);
        subject.now = present;
        await store.append([batch(stream, [line('c')])]);
        expect((await everything(stream))[0]?.lineNumber).toBe(BigInt(time(2)));
      });

      it('keeps many lines, long ones and odd ones, whole', async () => {
        const stream = await subject.newStream();
        const blob = Array.from({ length: 8_192 }, (_, index) => index.toString(36).padStart(8, 'z')).join('');
        const lines = [...Array.from({ length: 5_000 }, (_, index) => `line ${index}`), blob, '', 'two\nlines\r\n', 'größe 中文 😀', '{"a":"\\u00e9"}', 'x'.repeat(1_000_000)];
        await store.append([batch(stream, lines.map((content) => line(content, undefined, { blob: content.slice(0, 100) })))]);
        const kept = await everything(stream);
        expect(kept.map(({ content }) => content)).toEqual(lines);
        expect(kept.map(({ labels }) => labels['blob'])).toEqual(lines.map((content) => content.slice(0, 100)));
      });

      it('keeps lines of several days, in order', async () => {
        const stream = await subject.newStream();
        const lines = Array.from({ length: 40 }, (_, index) => line(String(index), time(0, subject.now - (20 - index / 2) * DAY_MS)));
        await store.append([batch(stream, lines.slice(0, 25))]);
        await store.append([batch(stream, lines.slice(25))]);
        expect(await contents(stream)).toEqual(lines.map(({ content }) => content));
        const { lines: newest } = await store.query(filter(stream), { order: 'descending', limit: 5, deadline: FOREVER });
        expect(newest.map(({ content }) => content)).toEqual(['39', '38', '37', '36', '35']);
      });

      it('forgets the ids of old batches, no more than asked at a time', async () => {
        const stream = await subject.newStream();
        const batches = Array.from({ length: 3 }, () => batch(stream, [line('a')]));
        await store.append(batches);
        expect(await store.forgetBatches(new Date(0), 2)).toBe(0);
        const tomorrow = new Date(Date.now() + DAY_MS);
        expect(await store.forgetBatches(tomorrow, 2)).toBe(2);
        while ((await store.forgetBatches(tomorrow, 100)) > 0);
        expect(await store.append(batches)).toEqual(['written', 'written', 'written']);
      });
    });

    describe('searching', () => {
      it('finds exactly what the search language means, whatever lines and expressions are, small chunks merged or not', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(arbitraryLine, { minLength: 1, maxLength: 40 }), fc.array(arbitraryExpression, { minLength: 1, maxLength: 8 }), async (lines: SearchableLine[], expressions) => {
            const stream = await subject.newStream();
            for (let from = 0; from < lines.length; from += 20) {
              await store.append([batch(stream, lines.slice(from, from + 20).map(({ content, labels }, index) => line(content, time(from + index), { ...labels })))]);
            }
            for (const expression of expressions) {
              const expected = lines.filter((one) => matches(expression, one)).map(({ content }) => content);
              expect(await contents(stream, { expression })).toEqual(expected);
              const { counts } = await store.histogram(filter(stream, { expression }), { step: ALL.to, deadline: FOREVER });
              expect(counts.get(0) ?? 0).toBe(expected.length);
            }
          }),
          { numRuns: 25 },
        );
      });

      it('compares labels exactly, case and all', async () => {
        const stream = await subject.newStream();
        const labels = { function: 'hello', version: 'latest', request_id: 'r-1' };
        await store.append([batch(stream, [line('a', time(0), labels), line('b', time(1), { ...labels, request_id: 'r-2' }), line('c', time(2), { ...labels, function: 'Hello' })])]);
        expect(await contents(stream, { labels: { function: 'hello' } })).toEqual(['a', 'b']);
        expect(await contents(stream, { labels: { request_id: 'r-1', version: 'latest' } })).toEqual(['a', 'c']);
        expect(await contents(stream, { labels: { request_id: 'r' } })).toEqual([]);
        expect(await contents(stream, { labels: { request_id: 'r-2' }, expression: search('b') })).toEqual(['b']);
      });

      it('pages through lines of equal time without loss or repetition, in both orders, while lines come and are merged', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 45 }), fc.integer({ min: 1, max: 7 }), fc.constantFrom('ascending', 'descending'), async (sizes, limit, order) => {
            const stream = await subject.newStream();
            let written = 0;
            const write = (size: number) => store.append([batch(stream, Array.from({ length: size }, () => line(`n ${written++} ${written % 3 === 0 ? 'fizz' : 'plain'}`)))]);
            for (const size of sizes) await write(size);
            const expected = Array.from({ length: written }, (_, index) => index).filter((index) => (index + 1) % 3 === 0);
            const seen: number[] = [];
            let [from, to] = [0n, (await everything(stream)).at(-1)!.lineNumber];
            for (let page = 0; page <= expected.length; page += 1) {
              const { lines } = await store.query(filter(stream, { from, to, expression: search('fizz') }), { order, limit, deadline: FOREVER });
              seen.push(...lines.map(({ content }) => Number(content.split(' ')[1])));
              if (lines.length < limit) break;
              if (order === 'ascending') from = lines.at(-1)!.lineNumber + 1n;
              else to = lines.at(-1)!.lineNumber - 1n;
              if (page === 0) await write(3);
              if (page === 1) await subject.settle();
            }
            expect(seen).toEqual(order === 'ascending' ? expected : expected.toReversed());
          }),
          { numRuns: 12 },
        );
      });

      it('gives all lines in order to who asks for all', async () => {
        const stream = await subject.newStream();
        await store.append([batch(stream, Array.from({ length: 6_000 }, (_, index) => line(`n${index}`)))]);
        for (const order of ['ascending', 'descending'] as const) {
          const seen: string[] = [];
          const scan = store.scan(filter(stream), { order, deadline: FOREVER });
          let next = await scan.next();
          for (; !next.done; next = await scan.next()) seen.push(...next.value.map(({ content }) => content));
          expect(next.value).toBe(true);
          const all = Array.from({ length: 6_000 }, (_, index) => `n${index}`);
          expect(seen).toEqual(order === 'ascending' ? all : all.reverse());
        }
      });

      it('ends a page that has enough text, with one line at least, and says that there is more', async () => {
        const stream = await subject.newStream();
        await store.append([batch(stream, [line('x'.repeat(50)), line('y'.repeat(50)), line('z')])]);
        const page = (characters: number) => store.query(filter(stream), { order: 'ascending', limit: 10, characters, deadline: FOREVER });
        expect(await page(10)).toMatchObject({ lines: [{ content: 'x'.repeat(50) }], complete: false });
        expect((await page(100)).lines).toHaveLength(2);
        expect(await page(101)).toMatchObject({ complete: true });
      });

      it('ends at the deadline with what it has, and says that it is not all', async () => {
        const stream = await subject.newStream();
        await store.append([batch(stream, [line('a')])]);
        const late = subject.now - 1;
        expect(await store.query(filter(stream), { order: 'ascending', limit: 10, deadline: late })).toMatchObject({ complete: false });
        expect(await store.histogram(filter(stream, { expression: search('a') }), { step: 1n, deadline: late })).toMatchObject({ complete: false });
        const scan = await store.scan(filter(stream), { order: 'ascending', deadline: late }).next();
        expect(scan.done ? scan.value : (await store.scan(filter(stream), { order: 'ascending', deadline: late }).next()).done).not.toBe(true);
      });

      it('counts lines by time', async () => {
        const stream = await subject.newStream();
        const second = 1_000_000_000n;
        const start = BigInt(time()) - 100n * second;
        const lines = Array.from({ length: 50 }, (_, index) => line(index % 5 === 0 ? 'five' : 'other', String(start + BigInt(index) * second)));
        await store.append([batch(stream, lines)]);
        const counted = async (fields: Partial<LineFilter>) => [...(await store.histogram(filter(stream, { from: start, to: start + 100n * second, ...fields }), { step: 10n * second, deadline: FOREVER })).counts].sort(([a], [b]) => a - b);
        expect(await counted({})).toEqual([0, 1, 2, 3, 4].map((bucket) => [bucket, 10]));
        expect(await counted({ expression: search('five') })).toEqual([0, 1, 2, 3, 4].map((bucket) => [bucket, 2]));
        expect(await counted({ from: start + 15n * second, to: start + 26n * second })).toEqual([[0, 10], [1, 2]]);
        expect(await counted({ from: start + 60n * second })).toEqual([]);
      });

      it('finds nothing in a stream that nobody has written to', async () => {
        expect(await contents(await subject.newStream())).toEqual([]);
        expect(await contents(randomUUID())).toEqual([]);
      });
    });

    describe('keeping', () => {
      const days = [30, 8, 7.5, 6.5, 1].map((age) => age);
      const aged = (): NewLine[] => days.map((age) => line(String(age), time(0, subject.now - age * DAY_MS)));

      it('drops what has outlived the days of its stream, whatever the days of others, and a day or two late at most', async () => {
        const [week, month] = [await subject.newStream(5), await subject.newStream(60)];
        await store.append([batch(week, aged()), batch(month, aged())]);
        await store.dropExpired();
        expect(await contents(week)).toEqual(['6.5', '1'].slice(await isDropped(week, '6.5') ? 1 : 0));
        expect(await contents(month)).toEqual(days.map(String));
        expect(await store.dropExpired()).toBe(false);
      });

      const isDropped = async (stream: string, content: string): Promise<boolean> => !(await contents(stream)).includes(content);

      it('keeps lines longer, or less long, from when the days of their stream change', async () => {
        const [shorter, longer] = [await subject.newStream(60), await subject.newStream(9)];
        await store.append([batch(shorter, aged()), batch(longer, aged().slice(1))]);
        await store.retain(new Map([[shorter, 3], [longer, 60]]));
        await store.dropExpired();
        expect(await contents(shorter)).toEqual(['1']);
        const present = subject.now;
        subject.now += 5 * DAY_MS;
        await store.dropExpired();
        subject.now = present;
        expect(await contents(longer)).toEqual(['8', '7.5', '6.5', '1']);
        expect(await contents(shorter)).toEqual([]);
      });

      it('tells what streams hold', async () => {
        const [full, empty] = [await subject.newStream(), await subject.newStream()];
        await store.append([batch(full, [line('abc'), line('größe')])]);
        const usage = await store.usage([full, empty]);
        expect(usage.get(full)).toEqual({ lines: 2, bytes: 10, storedBytes: expect.any(Number) });
        expect(usage.get(full)!.storedBytes).toBeGreaterThan(0);
        expect(usage.has(empty)).toBe(false);
      });

      it('clears a stream that is gone, and nothing else', async () => {
        const [gone, kept] = [await subject.newStream(), await subject.newStream()];
        for (const stream of [gone, kept]) await store.append([batch(stream, Array.from({ length: 3_000 }, () => line('x')))]);
        await subject.removeStream(gone);
        await store.clear(gone);
        expect(await contents(gone)).toEqual([]);
        expect((await store.usage([gone])).size).toBe(0);
        expect(await contents(kept)).toHaveLength(3_000);
        expect(await store.append([batch(gone, [line('late')])])).toEqual(['unknown stream']);
      });
    });
  });
}
