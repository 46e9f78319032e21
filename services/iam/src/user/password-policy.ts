import { WindlassError } from '@windlass/errors';

const SHORTEST = 8;
// Hashing reads all of it: without a limit a password would be a cheap way to keep the processor busy.
export const LONGEST_PASSWORD = 128;
const CLASSES = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];
const FEWEST_CLASSES = 2;

/** Refuses a password that breaks the default policy of IAM: length, character classes, not the user's name or its reverse. */
export function requireAcceptablePassword(password: string, userName: string): void {
  if (password.length < SHORTEST || password.length > LONGEST_PASSWORD) {
    throw weak('1103', `The password must have ${SHORTEST} to ${LONGEST_PASSWORD} characters.`);
  }
  if (CLASSES.filter((pattern) => pattern.test(password)).length < FEWEST_CLASSES) {
    throw weak('1118', `The password must mix at least ${FEWEST_CLASSES} of lower-case letters, upper-case letters, digits and other characters.`);
  }
  const folded = password.toLowerCase();
  const name = userName.toLowerCase();
  if (folded === name || folded === [...name].reverse().join('')) {
    throw weak('1118', 'The password must not be the user name, forwards or backwards.');
  }
}

/** IAM tells a password of a wrong form (1103) from one that is too easily guessed (1118). */
function weak(code: '1103' | '1118', message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'PASSWORD_WEAK', code, message });
}
