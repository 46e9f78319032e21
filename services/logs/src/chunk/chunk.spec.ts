import fc from 'fast-check';
import { matches, tokensOf, type Expression, type SearchableLine } from '../search/index.js';
import { arbitraryExpression, arbitraryLine } from '../search/testing/arbitrary-search.js';
import { ChunkReader } from './chunk-reader.js';
import { ChunkWriter, FULL_CHUNK, type Chunk } from './chunk-writer.js';
import { requiredWords, type Requirement } from './required-words.js';
import { scanChunk } from './scan-chunk.js';
import { mayHold, probeOf } from './token-filter.js';
import { addWords, HashSet, hashWord } from './token-hash.js';

const FIRST = 1_770_000_000_000_000_000n;
const ALL = { from: 0n, to: 2n ** 63n - 1n, labels: {} };

async function pack(lines: readonly SearchableLine[], numberOf = (index: number) => FIRST + BigInt(index)): Promise<Chunk> {
  const writer = new ChunkWriter();
  lines.forEach(({ content, labels }, index) => writer.add(numberOf(index), content, labels));
  return writer.finish();
}

function meets(requirement: Requirement, filter: Uint8Array | null): boolean {
  if (filter === null) return true;
  switch (requirement.kind) {
    case 'always':
      return true;
    case 'word':
      return mayHold(filter, probeOf(requirement.hash));
    case 'all':
      return requirement.of.every((part) => meets(part, filter));
    case 'any':
      return requirement.of.some((part) => meets(part, filter));
    default:
      return requirement satisfies never;
  }
}

const found = (reader: ChunkReader, expression: Expression | undefined, wanted = {}): string[] => {
  const mask = scanChunk(reader, { ...ALL, ...wanted, expression });
  return Array.from({ length: reader.lines }, (_, line) => line).filter((line) => mask[line] === 1).map((line) => String(line));
};

describe('a chunk of lines', () => {
  it('gives back what was put in', async () => {
    const line = fc.record({ content: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('a\nb\r\n'), fc.constant('')), labels: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { maxKeys: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(line, fc.nat(2 ** 31)), { minLength: 1, maxLength: 40 }), async (given) => {
        let at = FIRST;
        const numbers = given.map(([, step]) => (at += BigInt(step) + 1n));
        const chunk = await pack(given.map(([one]) => one), (index) => numbers[index]!);
        expect(chunk).toMatchObject({ firstLine: numbers[0], lastLine: numbers.at(-1), lines: given.length });
        const reader = await ChunkReader.open(chunk);
        given.forEach(([{ content, labels }], index) => {
          expect({ number: reader.numberOf(index), content: reader.contentOf(index), labels: reader.labelsOf(index) }).toEqual({ number: numbers[index], content, labels: { ...labels } });
        });
      }),
      { numRuns: 100 },
    );
  });

  it('can be filled again after it was packed', async () => {
    const writer = new ChunkWriter();
    writer.add(FIRST, 'one', { a: '1' });
    await writer.finish();
    writer.add(FIRST + 5n, 'two', { b: '2' });
    const reader = await ChunkReader.open(await writer.finish());
    expect([reader.lines, reader.numberOf(0), reader.contentOf(0), reader.labelsOf(0)]).toEqual([1, FIRST + 5n, 'two', { b: '2' }]);
  });

  it('is full after so many lines, so much text, or a day', () => {
    const writer = new ChunkWriter();
    for (let index = 0; index < FULL_CHUNK.lines; index += 1) {
      expect(writer.refuses(FIRST + BigInt(index))).toBe(false);
      writer.add(FIRST + BigInt(index), 'x', {});
    }
    expect(writer.refuses(FIRST + 5000n)).toBe(true);
    const large = new ChunkWriter();
    large.add(FIRST, 'x'.repeat(FULL_CHUNK.characters), {});
    expect(large.refuses(FIRST + 1n)).toBe(true);
    const yesterday = new ChunkWriter();
    yesterday.add(FIRST, 'x', {});
    expect(yesterday.refuses(FIRST + 86_400_000_000_000n)).toBe(true);
  });

  it('is searched with the result that the meaning of the search language has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryLine, { minLength: 1, maxLength: 30 }), fc.array(arbitraryExpression, { minLength: 1, maxLength: 10 }), async (lines, expressions) => {
        const chunk = await pack(lines);
        const reader = await ChunkReader.open(chunk);
        for (const expression of expressions) {
          const expected = lines.flatMap((line, index) => (matches(expression, line) ? [String(index)] : []));
          expect(found(reader, expression)).toEqual(expected);
          // Whatever is found would have been looked for.
          if (expected.length > 0) expect(meets(requiredWords({}, expression), chunk.filter)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is searched within a range of numbers and for equal labels', async () => {
    const lines = ['a', 'b', 'a', 'b'].map((value, index) => ({ content: `line ${index}`, labels: { value, note: '' } }));
    const chunk = await pack(lines);
    const reader = await ChunkReader.open(chunk);
    expect(found(reader, undefined, { from: FIRST + 1n, to: FIRST + 2n })).toEqual(['1', '2']);
    expect(found(reader, undefined, { labels: { value: 'a' } })).toEqual(['0', '2']);
    expect(found(reader, undefined, { labels: { value: 'A' } })).toEqual([]);
    expect(found(reader, undefined, { labels: { note: '', value: 'b' } })).toEqual(['1', '3']);
    expect(found(reader, undefined, { labels: { constructor: 'a' } })).toEqual([]);
  });

  it('is passed by for words it does not hold, nearly always', async () => {
    const chunk = await pack(Array.from({ length: 500 }, (_, index) => ({ content: `request-${index} took ${index}ms`, labels: {} })));
    const missed = Array.from({ length: 2000 }, (_, index) => index).filter((index) => mayHold(chunk.filter!, probeOf(hashWord(`absent-${index}`))));
    expect(missed.length).toBeLessThan(20);
  });

  it('of a newer format is refused', async () => {
    const { zstdCompressSync } = await import('node:zlib');
    await expect(ChunkReader.open({ firstLine: 0n, rawBytes: 3, data: zstdCompressSync(Buffer.from([9, 0, 0])) })).rejects.toThrow(/format 9/);
  });
});

describe('the words of a text', () => {
  it('are hashed as they are cut', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 40 }), fc.constantFrom('x'.repeat(600), `${'x'.repeat(511)}😀`, `${'x'.repeat(520)}é`));
    fc.assert(
      fc.property(text, (given) => {
        const hashes = new HashSet();
        const ascii = addWords(given, hashes);
        const held = new Set<number>();
        hashes.forEach((hash) => held.add(hash));
        for (const word of tokensOf(given)) expect(held).toContain(hashWord(word));
        expect(ascii).toBe(/^[\0-\x7f]*$/.test(given));
      }),
      { numRuns: 1000 },
    );
  });

  it('are counted once, also when there are many', () => {
    const hashes = new HashSet();
    for (let round = 0; round < 2; round += 1) for (let hash = 0; hash < 10_000; hash += 1) hashes.add(hash);
    expect(hashes.size).toBe(10_000);
    const seen = new Set<number>();
    hashes.forEach((hash) => seen.add(hash));
    expect(seen.size).toBe(10_000);
    hashes.clear();
    expect(hashes.size).toBe(0);
  });
});
