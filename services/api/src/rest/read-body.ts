import type { IncomingMessage } from 'node:http';
import { WindlassError } from '@windlass/errors';
import { edgeError } from '../error/index.js';
import type { Operation } from '../operation/index.js';
import type { BodyLimit } from './body-limit.js';
import type { BodyReservation } from './body-memory.js';

// Clients that are cut off while they send often never read the answer, so what is too much is read and dropped first.
const DISCARD_BYTES = 16 * 1024 * 1024;

/** The whole body as it was sent. Fails as "too_large" over the limit and as "throttled" when the edge holds too many. */
export async function readBody(request: IncomingMessage, operation: Operation, limit: BodyLimit, memory: BodyReservation): Promise<Buffer> {
  if (![undefined, '', 'identity'].includes(request.headers['content-encoding'])) {
    request.resume();
    throw edgeError(operation, 'malformed', 'BODY_ENCODED', 'The request body must not be compressed (Content-Encoding).');
  }
  const chunks: Buffer[] = [];
  let received = 0;
  let failure: WindlassError | undefined;
  try {
    // Ending the loop early must not destroy the socket before the answer is written.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (failure === undefined && received > limit.bytes) failure = tooLarge(operation, limit);
      if (failure === undefined && !memory.take(chunk.length)) failure = tooMuchAtOnce(operation);
      if (failure === undefined) chunks.push(chunk);
      else chunks.length = 0;
      if (received > limit.bytes + DISCARD_BYTES) break;
    }
  } catch (cause) {
    throw new WindlassError({ kind: 'invalid', reason: 'BODY_INCOMPLETE', code: '0400', message: 'The request ended before its body did.', cause });
  }
  if (failure !== undefined) throw failure;
  return Buffer.concat(chunks);
}

function tooLarge(operation: Operation, limit: BodyLimit): WindlassError {
  const message = `The request body is too large: more than ${limit.bytes} bytes; ${limit.explanation}.`;
  const error = edgeError(operation, 'too_large', 'BODY_TOO_LARGE', message);
  return limit.code === undefined ? error : new WindlassError({ kind: error.kind, reason: error.reason, code: limit.code, message });
}

function tooMuchAtOnce(operation: Operation): WindlassError {
  return edgeError(operation, 'throttled', 'TOO_MANY_BODIES', 'Too many large requests are being received at once. Try again.');
}
