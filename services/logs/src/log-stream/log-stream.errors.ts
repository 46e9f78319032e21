import { howToRaise } from '@windlass/accounts';
import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

// Official clients recognise a missing stream by this text, mistake and all.
export function streamNotFound(): WindlassError {
  return refusal('not_found', 'LTS.0208', 'LOG_STREAM_NOT_FOUND', 'The log stream does not existed');
}

export function streamNameTaken(name: string): WindlassError {
  return refusal('invalid', 'LTS.0205', 'LOG_STREAM_EXISTS', `The log stream name has been existed: ${name}`);
}

export function tooManyStreams(limit: number, domainId: string): WindlassError {
  return full(howToRaise('lts_stream_num', limit, domainId));
}

/** Streams of functions have a limit of the deployment's own: it bounds what one group holds, not what an account buys. */
export function tooManyFunctionStreams(limit: number): WindlassError {
  return full(`A log group takes the logs of at most ${limit} functions. Ask the operator to raise WINDLASS_LOGS_FUNCTION_STREAMS_PER_GROUP.`);
}

function full(remedy: string): WindlassError {
  return refusal('quota_exceeded', 'LTS.0206', 'LOG_STREAM_QUOTA', `Failed to create log stream, the number of log streams exceeds the quota. ${remedy}`);
}
