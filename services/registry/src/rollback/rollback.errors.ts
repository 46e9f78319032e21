import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

/** FSS.0400: the request itself makes no sense. */
export function rollbackInvalid(reason: string, message: string): WindlassError {
  return refusal('invalid', 'FSS.0400', reason, message);
}

export function nothingThen(at: Date): WindlassError {
  return refusal('not_found', 'FSS.1051', 'FUNCTION_NOT_FOUND_THEN', `There was no such function at ${at.toISOString()}. Name a moment at which it existed.`);
}

/** Its name, its stream and so its history go on; but it is another function. */
export function functionReplaced(name: string): WindlassError {
  return refusal(
    'conflict',
    'FSS.1061',
    'FUNCTION_REPLACED',
    `The function of that moment was deleted, and another one was created as ${name} since. Delete that one to bring the earlier one back.`,
  );
}

export function planOutdated(): WindlassError {
  return refusal(
    'conflict',
    'FSS.0409',
    'ROLLBACK_PLAN_OUTDATED',
    'The function has changed since this plan was made, or the plan is for another moment or other parts. Make a new one with dry_run.',
  );
}

export function codeNotKept(digest: string, historyDays: number): WindlassError {
  return refusal(
    'gone',
    'FSS.0410',
    'CODE_NOT_KEPT',
    `The package with the digest ${digest.slice(0, 16)}… is no longer there: what no function uses is kept for ${historyDays} days, within a limit for each account. Upload it again, or leave "code" out of parts.`,
  );
}

export function secretsUnreadable(names: readonly string[]): WindlassError {
  return refusal(
    'gone',
    'FSS.0410',
    'SECRETS_UNREADABLE',
    `The values of ${names.join(', ')} in encrypted_user_data were encrypted with a key that the platform no longer has. Leave "configuration" out of parts, and set them anew.`,
  );
}
