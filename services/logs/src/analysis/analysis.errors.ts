import { WindlassError } from '@windlass/errors';

/** What is wrong with an analysis, and where: `at` counts characters of the whole query from 1. */
export function analysisError(message: string, at: number): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'ANALYSIS_SYNTAX', code: 'LTS.0301', message: `Invalid analysis: ${message} (at character ${at}).` });
}

/** An analysis that would hold more than it may. */
export function analysisTooLarge(message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'ANALYSIS_TOO_LARGE', code: 'LTS.0301', message: `The analysis is too large: ${message}` });
}
