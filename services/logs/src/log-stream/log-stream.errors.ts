import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

// Official clients recognise a missing stream by this text, mistake and all.
export function streamNotFound(): WindlassError {
  return refusal('not_found', 'LTS.0208', 'LOG_STREAM_NOT_FOUND', 'The log stream does not existed');
}

export function streamNameTaken(name: string): WindlassError {
  return refusal('invalid', 'LTS.0205', 'LOG_STREAM_EXISTS', `The log stream name has been existed: ${name}`);
}

export function tooManyStreams(limit: number, setting: string): WindlassError {
  return refusal(
    'quota_exceeded',
    'LTS.0206',
    'LOG_STREAM_QUOTA',
    `Failed to create log stream, the number of log streams exceeds the quota: a log group has at most ${limit}. ` +
      `Delete one that is not needed, or ask the operator to raise ${setting}.`,
  );
}
