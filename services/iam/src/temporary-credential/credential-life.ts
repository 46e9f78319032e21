import { WindlassError } from '@windlass/errors';

const SHORTEST_SECONDS = 900;
const LONGEST_SECONDS = 86_400;

/** Seconds for which a credential shall live; the least when nothing is said. Throws `invalid` outside of 900 to 86400. */
export function requireLife(seconds: number = SHORTEST_SECONDS): number {
  if (seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'DURATION_INVALID',
    code: 'IAM.0073',
    message: `duration_seconds must be between ${SHORTEST_SECONDS} and ${LONGEST_SECONDS}.`,
  });
}

/** The end of a credential: it never outlives the one it was made with, or it could be renewed for ever. */
export function endOfLife(now: Date, seconds: number, madeWith: Date | undefined): Date {
  const end = now.getTime() + seconds * 1000;
  return new Date(Math.min(end, madeWith?.getTime() ?? end));
}
