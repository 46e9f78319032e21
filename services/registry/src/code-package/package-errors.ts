import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

/** FSS.1011: the code cannot be used as it is; the message says why and what to change. */
export function unusablePackage(message: string): WindlassError {
  return refusal('invalid', 'FSS.1011', 'CODE_INVALID', message);
}

/** FSS.1071: more than code that comes this way may have. */
export function packageTooLarge(limitBytes: number, remedy = 'Leave out what the function does not need at run time.'): WindlassError {
  const megabytes = limitBytes / 1024 / 1024;
  return refusal(
    'too_large',
    'FSS.1071',
    'CODE_TOO_LARGE',
    `The code package is larger than ${megabytes} MB. ${remedy}`,
  );
}

/** A name out of a package as an error message may show it: short, and on one line. */
export function quoted(name: string): string {
  return JSON.stringify(name.length <= 120 ? name : `${name.slice(0, 120)}…`);
}
