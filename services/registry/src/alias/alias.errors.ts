import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

export function aliasMissing(name: string): WindlassError {
  return refusal('not_found', 'FSS.1053', 'ALIAS_NOT_FOUND', `The function has no alias "${name.length <= 80 ? name : `${name.slice(0, 80)}…`}".`);
}

/** FSS.1015: what is asked for concerns the function itself. */
export function aliasNotAccepted(): WindlassError {
  return refusal('invalid', 'FSS.1015', 'ALIAS_NOT_ACCEPTED', 'The URN ends in an alias. Name the function itself, without a version.');
}

export function aliasHasTriggers(name: string): WindlassError {
  return refusal('forbidden', 'FSS.1154', 'ALIAS_HAS_TRIGGERS', `Triggers call the alias ${name}. Delete them first: their URLs would lead nowhere.`);
}
