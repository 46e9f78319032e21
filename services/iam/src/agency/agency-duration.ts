import { WindlassError } from '@windlass/errors';

const HOURS_A_DAY = 24;
// Ten years; whoever wants longer says FOREVER.
const MOST_DAYS = 3650;

/** Hours for which an agency holds, nothing when it holds for ever. */
export type DurationHours = number | undefined;

/**
 * Reads `duration` as clients send it: "FOREVER" (also when absent), "ONEDAY", or days as a number or as digits.
 * Throws `invalid` for anything else.
 */
export function readDuration(value: unknown): DurationHours {
  if (value === undefined || value === null || value === '' || value === 'FOREVER') return undefined;
  if (value === 'ONEDAY') return HOURS_A_DAY;
  const days = typeof value === 'number' ? value : typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days * HOURS_A_DAY;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'DURATION_INVALID',
    code: 'IAM.0073',
    message: `The duration must be "FOREVER", "ONEDAY" or 1 to ${MOST_DAYS} days.`,
  });
}

/** As the API answers it: hours as text. */
export function durationText(hours: DurationHours): string {
  return hours === undefined ? 'FOREVER' : String(hours);
}
