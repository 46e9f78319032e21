/**
 * Line numbers: 19 digits that order the lines of a stream and tell their time. A line's number is its time in
 * nanoseconds since the epoch where that still ascends, and one more than the number before it where it does not.
 */

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
export const NANOSECONDS_PER_DAY = 86_400_000_000_000n;
/** No line has a larger number. */
export const LAST_LINE_NUMBER = 2n ** 63n - 1n;
const FIRST_OF_19_DIGITS = 1_000_000_000_000_000_000n;

/** `times` are decimal nanoseconds. None lies after `receivedAt`, since that could only be a clock that runs fast. */
export function lineNumbers(previous: bigint, times: readonly string[], receivedAt: bigint): bigint[] {
  let last = previous;
  return times.map((time) => {
    const written = /^\d{1,19}$/.test(time) ? BigInt(time) : receivedAt;
    last = max(last + 1n, max(min(written, receivedAt), FIRST_OF_19_DIGITS));
    return last;
  });
}

/** The first number a line of this millisecond can have. */
export function firstLineNumber(milliseconds: number): bigint {
  return BigInt(milliseconds) * NANOSECONDS_PER_MILLISECOND;
}

/** The last number a line of this millisecond can have. */
export function lastLineNumber(milliseconds: number): bigint {
  return firstLineNumber(milliseconds + 1) - 1n;
}

/** The first number of lines that have not outlived their days, even when they are still there. */
export function oldestKept(days: number, now: number): bigint {
  return firstLineNumber(now) - BigInt(days) * NANOSECONDS_PER_DAY;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
