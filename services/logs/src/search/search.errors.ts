import { WindlassError } from '@windlass/errors';

/** The only error of the search language. `at` counts characters from 1. */
export function searchSyntaxError(message: string, at?: number): WindlassError {
  const place = at === undefined ? '' : ` (at character ${at})`;
  return new WindlassError({ kind: 'invalid', reason: 'SEARCH_SYNTAX', code: 'LTS.0301', message: `Invalid search expression: ${message}${place}.` });
}
