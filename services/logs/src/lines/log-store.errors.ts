import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

export function searchTooSlow(cause: unknown): WindlassError {
  const error = refusal('timeout', 'LTS.0010', 'SEARCH_TIMEOUT', 'The search took longer than its limit of 30 seconds. Narrow the time window or the labels.');
  error.cause = cause;
  return error;
}
