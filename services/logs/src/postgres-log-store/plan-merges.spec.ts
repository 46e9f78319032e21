import fc from 'fast-check';
import { FULL_CHUNK } from '../chunk/index.js';
import { isMergeable } from './chunk-table.js';
import { planMerges, SMALL_CHUNKS, type ChunkSize } from './plan-merges.js';

const chunk = (lines: number, fields: Partial<ChunkSize> = {}): ChunkSize => ({ lines, rawBytes: lines * 100, mergeable: isMergeable({ lines, rawBytes: lines * 100 }), day: 1, expiresOn: 31, ...fields });

function merged(chunks: readonly ChunkSize[]): ChunkSize[] {
  const result: ChunkSize[] = [];
  let place = 0;
  for (const { from, to, mergeable } of planMerges(chunks)) {
    result.push(...chunks.slice(place, from));
    const group = chunks.slice(from, to);
    result.push({ ...group[0]!, lines: group.reduce((sum, { lines }) => sum + lines, 0), rawBytes: group.reduce((sum, { rawBytes }) => sum + rawBytes, 0), mergeable });
    place = to;
  }
  return [...result, ...chunks.slice(place)];
}

describe('which chunks are merged', () => {
  it('are as many as fill a chunk', () => {
    expect(planMerges(Array.from({ length: 10 }, () => chunk(250)))).toEqual([
      { from: 0, to: 4, mergeable: false },
      { from: 4, to: 8, mergeable: false },
    ]);
  });

  it('are none that are full, or of another day, or that expire on another', () => {
    expect(planMerges([chunk(2_000), chunk(2_000)])).toEqual([]);
    const apart = [chunk(10), chunk(10, { day: 2 }), chunk(10, { expiresOn: 32 })];
    // The last is at the end of the stream and waits for others.
    expect(planMerges(apart)).toEqual([0, 1].map((from) => ({ from, to: from + 1, mergeable: false })));
  });

  it('are those at the end when many have gathered', () => {
    expect(planMerges(Array.from({ length: SMALL_CHUNKS - 1 }, () => chunk(3)))).toEqual([]);
    expect(planMerges(Array.from({ length: SMALL_CHUNKS }, () => chunk(3)))).toEqual([{ from: 0, to: SMALL_CHUNKS, mergeable: true }]);
    const after = [chunk(220), ...Array.from({ length: SMALL_CHUNKS }, () => chunk(3))];
    expect(planMerges(after)).toEqual([{ from: 1, to: SMALL_CHUNKS + 1, mergeable: true }]);
  });

  it('leave few chunks and little work, however a stream grows', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: FULL_CHUNK.lines })), { maxLength: 400 }), (sizes) => {
        let chunks: ChunkSize[] = [];
        let packed = 0;
        for (const size of sizes) {
          const before = [...chunks, chunk(size)];
          chunks = merged(before);
          for (const { from, to } of planMerges(before)) if (to - from > 1) packed += before.slice(from, to).reduce((sum, { lines }) => sum + lines, 0);
        }
        const total = sizes.reduce((sum, size) => sum + size, 0);
        expect(chunks.reduce((sum, { lines }) => sum + lines, 0)).toBe(total);
        for (const { lines } of chunks) expect(lines).toBeLessThanOrEqual(FULL_CHUNK.lines);
        expect(chunks.filter(({ mergeable }) => mergeable).length).toBeLessThan(SMALL_CHUNKS + 12);
        expect(packed).toBeLessThanOrEqual(total * 8);
      }),
      { numRuns: 200 },
    );
  });
});
