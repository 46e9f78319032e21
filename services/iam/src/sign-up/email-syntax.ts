import { WindlassError } from '@windlass/errors';

const LONGEST_EMAIL = 254;
const LONGEST_LOCAL_PART = 64;
// The form of an address that browsers accept (HTML, "valid e-mail address"): ASCII, so that no two look alike.
const FORM = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

/** Refuses what cannot be an e-mail address. Whether anybody reads it is not known here. */
export function requireEmail(email: string): void {
  if (email.length <= LONGEST_EMAIL && FORM.test(email) && email.indexOf('@') <= LONGEST_LOCAL_PART) return;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'EMAIL_INVALID',
    code: 'IAM.0073',
    message: `email must be an address such as name@example.com, in ASCII, with at most ${LONGEST_EMAIL} characters.`,
  });
}
