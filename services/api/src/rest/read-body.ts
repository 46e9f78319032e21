import type { IncomingMessage } from 'node:http';
import { isWindlassError, WindlassError } from '@windlass/errors';
import { edgeError } from '../error/index.js';
import type { Operation } from '../operation/index.js';
import type { BodyLimit } from './body-limit.js';
import type { BodyReservation } from './body-memory.js';

/** The whole body as it was sent. Fails as "too_large" over the limit and as "throttled" when the edge holds too many. */
export async function readBody(request: IncomingMessage, operation: Operation, limit: BodyLimit, memory: BodyReservation): Promise<Buffer> {
  if (![undefined, '', 'identity'].includes(request.headers['content-encoding'])) {
    request.resume();
    throw edgeError(operation, 'malformed', 'BODY_ENCODED', 'The request body must not be compressed (Content-Encoding).');
  }
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    // Ending the loop early must not destroy the socket before the answer is written.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > limit.bytes) throw tooLarge(operation, limit);
      if (!memory.take(chunk.length)) throw tooMuchAtOnce(operation);
      chunks.push(chunk);
    }
  } catch (failure) {
    // A client that is cut off while it sends often never reads the answer: the rest is received and dropped.
    request.resume();
    if (isWindlassError(failure)) throw failure;
    throw new WindlassError({ kind: 'invalid', reason: 'BODY_INCOMPLETE', code: '0400', message: 'The request ended before its body did.', cause: failure });
  }
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
