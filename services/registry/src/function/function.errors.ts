import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

export function functionExists(of: { package: string; name: string }): WindlassError {
  return refusal('conflict', 'FSS.1061', 'FUNCTION_EXISTS', `The function ${of.name} already exists in the package ${of.package}.`);
}

/** A documented setting that this installation cannot honour: said, never ignored. */
export function settingUnavailable(field: string, why: string): WindlassError {
  return refusal('invalid', 'FSS.0400', 'SETTING_UNAVAILABLE', `${field} is not available on this installation: ${why} Leave it out.`);
}
