import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { gatewayErrorBody } from '../error/index.js';

const REASONS: Readonly<Record<string, { status: number; message: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, message: 'The request line and headers are too large: more than 32768 bytes; the limit is fixed.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'The request did not arrive in time.' },
};
const MALFORMED = { status: 400, message: 'The request is no well-formed HTTP request.' };

/** Answers bytes that never became a request in the shape of the API, and closes: where the next request begins is not known. */
export function refuseConnection(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { status, message } = REASONS[error.code ?? ''] ?? MALFORMED;
  const [method, path = ''] = beginning(error).split(' ');
  const requestId = randomUUID();
  const body = JSON.stringify(gatewayErrorBody({ status, message, path, requestId }));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`);
}

/** The bytes that were being read, which are those of the request line unless the headers came in several parts. */
function beginning({ rawPacket }: { readonly rawPacket?: unknown }): string {
  return Buffer.isBuffer(rawPacket) ? rawPacket.subarray(0, 64).toString('latin1') : '';
}
