import { linesForFunction } from '@windlass/function-exchange';
import { fieldLine, type RequestHead } from '@windlass/http1';
import type { Address } from './address.js';

// Fields the gateway writes itself. What the client put there is not passed on, X-Forwarded-For apart.
const OWN_REQUEST_FIELDS: ReadonlySet<string> = new Set(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-prefix', 'x-forwarded-proto', 'x-real-ip']);

/** What a platform credential consists of: the function must not be able to speak in its caller's name. */
const TOKEN_FIELDS: ReadonlySet<string> = new Set(['x-auth-token']);
const SIGNATURE_FIELDS: ReadonlySet<string> = new Set(['authorization', 'x-sdk-date', 'x-security-token']);

export type CredentialKind = 'token' | 'signature';

export interface Forwarding {
  readonly head: RequestHead;
  readonly address: Address;
  /** IP address of the client's end of the connection. */
  readonly sourceIp: string;
  /** The platform credential the request was admitted with; undefined for an open route. */
  readonly credential: CredentialKind | undefined;
}

/** What the function is told, as lines: what the client sent for it, then what only we may say. */
export function requestLines({ head, address, sourceIp, credential }: Forwarding): string {
  const { headers } = head;
  const keep = credential === undefined ? isForOpenFunction : (name: string): boolean => isForFunction(name, credential);
  const host = headers.get('host');
  let text = linesForFunction(headers, keep);
  if (host === undefined) text += 'Host: \r\n';
  const before = headers.has('x-forwarded-for') ? `${headers.getAll('x-forwarded-for').join(', ')}, ` : '';
  text += fieldLine('X-Forwarded-For', before + sourceIp);
  text += 'X-Forwarded-Proto: http\r\n';
  text += fieldLine('X-Forwarded-Host', host ?? '');
  text += fieldLine('X-Real-IP', sourceIp);
  return address.prefix === '' ? text : text + fieldLine('X-Forwarded-Prefix', address.prefix);
}

/** Only WebSocket is relayed; any other wish to upgrade is ignored, as HTTP allows, and answered as an ordinary request. */
export function wantsWebSocket(head: RequestHead): boolean {
  return head.method === 'GET' && head.upgrade === 'websocket' && head.body.kind === 'none';
}

/** Whether a client's field (of the header or of the trailer) is the function's to see. What the platform reserves is left out before. */
export function isForFunction(lowerName: string, credential: CredentialKind | undefined): boolean {
  // Many servers hand "X_Real_IP" to the program as they do "X-Real-IP", so the two count as one.
  const key = lowerName.replaceAll('_', '-');
  if (OWN_REQUEST_FIELDS.has(key)) return false;
  if (credential === 'token') return !TOKEN_FIELDS.has(key);
  return credential === 'signature' ? !SIGNATURE_FIELDS.has(key) && !TOKEN_FIELDS.has(key) : true;
}

function isForOpenFunction(lowerName: string): boolean {
  return isForFunction(lowerName, undefined);
}
