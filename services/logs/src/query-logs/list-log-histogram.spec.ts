import { bucketsOf, readStep, visibleParts } from './list-log-histogram.js';

const second = 1_000_000_000n;
const window = { from: 0n, to: 10n * second - 1n };

describe('buckets of a histogram', () => {
  it('lie one after another from the start, the last one ending with the window', () => {
    expect(bucketsOf(window, 4n * second)).toEqual([
      { num: 0, startTime: 0, endTime: 4000 },
      { num: 0, startTime: 4000, endTime: 8000 },
      { num: 0, startTime: 8000, endTime: 10_000 },
    ]);
  });

  it('are a second long at least, and no more than anybody can look at', () => {
    expect(readStep('1000', window)).toBe(second);
    expect(readStep(5000, window)).toBe(5n * second);
    for (const step of [999, '0', 1.5, 'a', undefined, null]) expect(() => readStep(step, window)).toThrow(/step_interval/);
    expect(() => readStep(1000, { from: 0n, to: 5000n * second - 1n })).not.toThrow();
    expect(() => readStep(1000, { from: 0n, to: 5000n * second })).toThrow(/makes 5001 buckets of this window, and at most 5000/);
  });

  it('leave out lines that have outlived their days, and keep their places', () => {
    const step = 4n * second;
    expect(visibleParts(window, -1n, step)).toEqual([{ ...window, firstBucket: 0 }]);
    expect(visibleParts(window, 5n * second, step)).toEqual([
      { from: 5n * second, to: 8n * second - 1n, firstBucket: 1 },
      { from: 8n * second, to: window.to, firstBucket: 2 },
    ]);
    expect(visibleParts(window, 9n * second, step)).toEqual([{ from: 9n * second, to: window.to, firstBucket: 2 }]);
    expect(visibleParts(window, window.to + 1n, step)).toEqual([]);
  });
});
