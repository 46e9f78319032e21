import type { KeystoneUserOption, UpdateUserInformationRequest_Information, UserOption } from '@windlass/contracts/iam/v1/user_service';
import { WindlassError } from '@windlass/errors';
import type { UserChange } from './change-user.js';
import type { NewUser } from './create-user.js';
import { isAccessMode, NO_DETAILS, type UserDetails } from './user-details.js';

/** The user that a body asks for. A password that somebody else chose must be changed, unless the body says otherwise. */
export function readNewUser(option: Partial<UserOption> & KeystoneUserOption): NewUser {
  const { name, details, enabled = true, password } = readUserChange(option);
  const mustChangePassword = details.mustChangePassword ?? password !== undefined;
  return { name: name ?? '', details: { ...NO_DETAILS, ...details, mustChangePassword }, enabled, password };
}

/** The change that a body asks for; what it does not name stays. */
export function readUserChange(option: Partial<UserOption> & KeystoneUserOption): UserChange {
  const { name, password, enabled, access_mode: accessMode } = option;
  if (accessMode !== undefined && !isAccessMode(accessMode)) {
    throw invalid('ACCESS_MODE_INVALID', 'access_mode must be "default", "programmatic" or "console".');
  }
  const details = {
    email: option.email,
    areaCode: option.areacode,
    phone: option.phone,
    description: option.description,
    accessMode,
    mustChangePassword: option.pwd_status,
    externalId: option.xuser_id,
    externalType: option.xuser_type,
  };
  return { name, password, enabled, details: given(details) };
}

/** What a user says of itself: its address and its number, as "<country code>-<number>". */
export function readInformation({ email, mobile }: UpdateUserInformationRequest_Information): UserChange {
  if (mobile === undefined) return { details: given({ email }) };
  const [areaCode = '', phone = '', ...rest] = mobile.split('-');
  if (rest.length > 0 || (mobile !== '' && (areaCode === '' || phone === ''))) {
    throw invalid('PHONE_INVALID', 'mobile must be a country code and a number, such as "0086-123456789".');
  }
  return { details: given({ email, areaCode, phone }) };
}

function given(details: { readonly [K in keyof UserDetails]?: UserDetails[K] | undefined }): Partial<UserDetails> {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}

function invalid(reason: string, message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason, code: 'IAM.0073', message });
}
