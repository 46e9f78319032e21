import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

export function transferNotFound(): WindlassError {
  return refusal('not_found', 'LTS.0405', 'LOG_TRANSFER_NOT_FOUND', 'The log transfer does not existed');
}

export function tooManyTransfers(limit: number): WindlassError {
  return refusal('quota_exceeded', 'LTS.0406', 'LOG_TRANSFER_QUOTA', `A project has at most ${limit} log transfers. End one that is not needed.`);
}

export function noBuckets(): WindlassError {
  return refusal('precondition_failed', 'LTS.0407', 'LOG_TRANSFER_UNAVAILABLE', 'This platform knows no storage to ship logs to. Ask its operator to set WINDLASS_LOGS_TRANSFER_ENDPOINT.');
}

/** The bucket is there, or not, for all a caller learns: only who can write to it can let logs in. */
export function bucketNotOpen(bucket: string, marker: string): WindlassError {
  return refusal('precondition_failed', 'LTS.0408', 'LOG_TRANSFER_BUCKET', `The bucket ${bucket} does not let the logs of this project in. Put an object named ${marker} into it (it may be empty), then try again.`);
}

export function bucketUnreachable(cause: unknown): WindlassError {
  const error = refusal('unavailable', 'LTS.0409', 'LOG_TRANSFER_STORAGE', 'The storage for log transfers does not answer. Try again later.');
  error.cause = cause;
  return error;
}
