import type { ListKeysRequest } from '@windlass/contracts/kms/v1/key_service';
import type { Caller } from '../caller.js';
import { invalidField, refusal } from '../refusal.js';
import type { KeyStatus } from './key-record.js';
import { isKeyId, type KeyFilter } from './key-table.js';

const HIGHEST_LIMIT = 1000;

/** Key states as the API numbers them; null for those that no key of ours is ever in. */
const STATES = new Map<string, KeyStatus | null>([
  ['1', null],
  ['2', 'enabled'],
  ['3', 'disabled'],
  ['4', 'pending_deletion'],
  ['5', 'pending_import'],
  ['7', null],
]);

export interface KeyListing {
  /** Undefined when no key can fit. */
  readonly filter: KeyFilter | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Reads what a list of keys is asked for: everything is text, and empty means no wish. */
export function readListing({ projectId, principal }: Caller, request: ListKeysRequest): KeyListing {
  const limit = request.limit === '' ? HIGHEST_LIMIT : /^\d{1,4}$/.test(request.limit) ? Number(request.limit) : 0;
  if (limit < 1 || limit > HIGHEST_LIMIT) throw refusal('invalid', 'KMS.1601', 'INVALID_LIMIT', `The limit is invalid: it is a number from 1 to ${HIGHEST_LIMIT}.`);
  if (request.marker !== '' && !isKeyId(request.marker)) {
    throw refusal('invalid', 'KMS.1602', 'INVALID_MARKER', 'The marker is invalid: it is the next_marker of an answer.');
  }
  const state = request.key_state === '' ? undefined : STATES.get(request.key_state);
  if (request.key_state !== '' && state === undefined) throw invalidField('key_state', `is one of ${[...STATES.keys()].join(', ')}`);
  const keySpec = request.key_spec === '' || request.key_spec === 'ALL' ? undefined : request.key_spec;
  return {
    filter: state === null || keySpec?.includes('\0') ? undefined : { projectId, principal, state, keySpec },
    after: request.marker === '' ? undefined : request.marker,
    limit,
  };
}
