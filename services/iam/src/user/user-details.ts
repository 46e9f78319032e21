import { WindlassError } from '@windlass/errors';
import { requireDescription } from '../description-rule.js';

/** How a user may call: both ways, by program only, or by the console only, which has no use for access keys. */
export type AccessMode = 'default' | 'programmatic' | 'console';

const ACCESS_MODES: readonly string[] = ['default', 'programmatic', 'console'] satisfies AccessMode[];

/** What an account says of a user beside its name. */
export interface UserDetails {
  readonly email: string;
  /** Country code; empty when no phone is known. */
  readonly areaCode: string;
  readonly phone: string;
  readonly description: string;
  readonly accessMode: AccessMode;
  /** The password is one that somebody else chose. */
  readonly mustChangePassword: boolean;
  /** The user in a system of the account's own. */
  readonly externalId: string;
  readonly externalType: string;
}

export const NO_DETAILS: UserDetails = {
  email: '',
  areaCode: '',
  phone: '',
  description: '',
  accessMode: 'default',
  mustChangePassword: false,
  externalId: '',
  externalType: '',
};

const LONGEST_EMAIL = 255;
const LONGEST_EXTERNAL = 128;

export function isAccessMode(text: string): text is AccessMode {
  return ACCESS_MODES.includes(text);
}

/** Refuses details that break a rule of IAM. */
export function requireDetails(details: UserDetails): void {
  requireEmail(details.email);
  requirePhone(details);
  requireDescription(details.description);
  if (!isAccessMode(details.accessMode)) throw invalid('ACCESS_MODE_INVALID', `The access mode must be one of ${ACCESS_MODES.join(', ')}.`);
  for (const text of [details.externalId, details.externalType]) {
    if (!/^[\x21-\x7e]*$/.test(text) || text.length > LONGEST_EXTERNAL) {
      throw invalid('EXTERNAL_ID_INVALID', `xuser_id and xuser_type must have at most ${LONGEST_EXTERNAL} visible ASCII characters.`);
    }
  }
}

function requireEmail(email: string): void {
  if (email === '' || (email.length <= LONGEST_EMAIL && /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(email))) return;
  throw invalid('EMAIL_INVALID', `The e-mail address must look like name@host and have at most ${LONGEST_EMAIL} characters.`);
}

function requirePhone({ areaCode, phone }: UserDetails): void {
  if (areaCode === '' && phone === '') return;
  if (/^\+?\d{1,8}$/.test(areaCode) && /^\d{1,32}$/.test(phone)) return;
  throw invalid('PHONE_INVALID', 'The phone number must have 1 to 32 digits and come with an area code such as 0086.');
}

function invalid(reason: string, message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason, code: 'IAM.0073', message });
}
