import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';
import type { KeyField } from './key-reference.js';

export function agencyMissing(field: KeyField): WindlassError {
  return refusal('invalid', 'FSS.1021', 'AGENCY_MISSING', `${field} needs an agency: FunctionGraph uses the key on the function's behalf. Name one in xrole whose permissions reach the key.`);
}

/** What an agency is called in the answer to who names it, and why it cannot be used. */
export function agencyUnusable(agency: string, state: string): WindlassError {
  return refusal('invalid', 'FSS.1021', 'AGENCY_INVALID', `The agency ${agency} ${AGENCY_PROBLEMS.get(state) ?? 'cannot be used'}.`);
}

export function agencyLacksActions(fields: readonly KeyField[], agency: string, missing: readonly { readonly action: string; readonly resource: string }[]): WindlassError {
  const what = missing.map(({ action, resource }) => `${action} on ${resource}`).join(', ');
  return refusal('invalid', 'FSS.1021', 'AGENCY_LACKS_ACTIONS', `The agency ${agency} may not do ${what}, which ${fields.join(' and ')} ${fields.length === 1 ? 'needs' : 'need'}. Grant it to the agency in this project.`);
}

/** `why` is what the key service says, with its code. */
export function keyUnusable(field: KeyField, keyId: string, why: string, code: string): WindlassError {
  return refusal('invalid', 'FSS.0400', 'KEY_UNUSABLE', `The key ${keyId} of ${field} cannot be used: ${why} (${code})`);
}

export function keyMissing(): WindlassError {
  return refusal('not_found', 'FSS.0404', 'KEY_NOT_FOUND', 'There is no such key in this project, and nothing of it lies under one.');
}

export function keyForbidden(field: KeyField, missing: { readonly action: string; readonly resource: string }): WindlassError {
  return refusal('forbidden', 'FSS.0403', 'KEY_FORBIDDEN', `This is encrypted under the key of ${field}: policy doesn't allow ${missing.action} to be performed on ${missing.resource}.`);
}

/** It was altered, or lies where it does not belong: nothing that a caller could do would open it. */
export function sealBroken(what: string): WindlassError {
  return refusal('internal', 'FSS.0500', 'SEAL_BROKEN', `The encrypted ${what} of the function does not open: it was altered, or belongs to something else. Upload it again, and tell the platform's operator.`);
}

const AGENCY_PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['absent', 'does not exist in this account'],
  ['untrusting', 'does not trust FunctionGraph: its trust_domain_name must be op_svc_cff'],
  ['expired', 'has expired: prolong it, or name another one'],
]);
