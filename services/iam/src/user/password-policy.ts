import { WindlassError } from '@windlass/errors';

const SHORTEST = 8;
// Hashing reads all of it: without a limit a password would be a cheap way to keep the processor busy.
export const LONGEST_PASSWORD = 128;
const CLASSES = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];
const FEWEST_CLASSES = 2;

/** Refuses a password that breaks the default policy of IAM: length, character classes, not the user's name or its reverse. */
export function requireAcceptablePassword(password: string, userName: string): void {
  if (password.length < SHORTEST || password.length > LONGEST_PASSWORD) {
    throw weak(`The password must have ${SHORTEST} to ${LONGEST_PASSWORD} characters.`);
  }
  if (CLASSES.filter((pattern) => pattern.test(password)).length < FEWEST_CLASSES) {
    throw weak(`The password must mix at least ${FEWEST_CLASSES} of lower-case letters, upper-case letters, digits and other characters.`);
  }
  const folded = password.toLowerCase();
  const name = userName.toLowerCase();
  if (folded === name || folded === [...name].reverse().join('')) {
    throw weak('The password must not be the user name, forwards or backwards.');
  }
}

function weak(message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'PASSWORD_WEAK', code: 'IAM.1118', message });
}
