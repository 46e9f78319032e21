import fc from 'fast-check';
import { firstLineNumber, lastLineNumber, lineNumbers } from './line-number.js';

const now = 1_770_000_000_000_000_000n;

describe('line numbers', () => {
  it('are the times of the lines', () => {
    expect(lineNumbers(0n, ['1769999999000000001', '1769999999000000005'], now)).toEqual([1769999999000000001n, 1769999999000000005n]);
  });

  it('ascend by one where times repeat or run backwards', () => {
    expect(lineNumbers(0n, ['1769999999000000005', '1769999999000000005', '1769999999000000001'], now)).toEqual([
      1769999999000000005n,
      1769999999000000006n,
      1769999999000000007n,
    ]);
  });

  it('follow the number before them', () => {
    expect(lineNumbers(1769999999000000009n, ['1769999999000000005'], now)).toEqual([1769999999000000010n]);
  });

  it('never lie in the future', () => {
    expect(lineNumbers(0n, ['1999999999999999999'], now)).toEqual([now]);
  });

  it('have 19 digits and ascend strictly, whatever the times are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.bigInt({ min: 0n, max: 2n * now }).map(String), fc.string())), fc.bigInt({ min: 0n, max: now }), (times, previous) => {
        let last = previous;
        for (const number of lineNumbers(previous, times, now)) {
          expect(String(number)).toHaveLength(19);
          expect(number).toBeGreaterThan(last);
          last = number;
        }
      }),
    );
  });

  it('of a millisecond touch those of the next', () => {
    expect(lastLineNumber(5) + 1n).toBe(firstLineNumber(6));
  });
});
