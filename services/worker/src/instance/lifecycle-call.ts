import { request } from 'node:http';
import type { Socket } from 'node:net';

/** How a call to the app at its instance's beginning or end went. */
export type LifecycleOutcome = { readonly kind: 'ANSWERED'; readonly status: number } | { readonly kind: 'NO_ANSWER'; readonly detail: string } | { readonly kind: 'TOO_LATE' };

/** Documented for initializers of HTTP servers: an empty JSON object. */
const BODY = '{}';

/** Posts to the app over a connection of its own and reads the answer to its end. Never rejects; bounded by `timeoutMs`. */
export async function callLifecycle(dial: () => Promise<Socket>, path: string, timeoutMs: number): Promise<LifecycleOutcome> {
  const deadline = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  try {
    const socket = await dial();
    return { kind: 'ANSWERED', status: await post(socket, path, deadline) };
  } catch (error) {
    return deadline.aborted ? { kind: 'TOO_LATE' } : { kind: 'NO_ANSWER', detail: (error as Error).message };
  }
}

function post(socket: Socket, path: string, signal: AbortSignal): Promise<number> {
  return new Promise((answered, failed) => {
    const headers = { host: '127.0.0.1:8000', 'content-type': 'application/json', 'content-length': BODY.length, connection: 'close' };
    const outgoing = request({ method: 'POST', path, headers, createConnection: () => socket, signal }, (response) => {
      response.once('end', () => answered(response.statusCode ?? 0)).once('error', failed).once('close', () => failed(new Error('the answer broke off')));
      response.resume();
    });
    outgoing.once('error', failed);
    outgoing.end(BODY);
  }).finally(() => socket.destroy()) as Promise<number>;
}
