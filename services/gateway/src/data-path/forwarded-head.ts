import { FunctionFields } from '@windlass/function-exchange';
import type { RequestHead } from '@windlass/http1';
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

const OPEN = new FunctionFields((name) => isClients(name));
const WITH_TOKEN = new FunctionFields((name) => isClients(name) && !TOKEN_FIELDS.has(asHyphens(name)));
const WITH_SIGNATURE = new FunctionFields((name) => isClients(name) && !SIGNATURE_FIELDS.has(asHyphens(name)) && !TOKEN_FIELDS.has(asHyphens(name)));

/** Which of the client's fields (of the header or of the trailer) are the function's to see. */
export function fieldsForFunction(credential: CredentialKind | undefined): FunctionFields {
  switch (credential) {
    case undefined:
      return OPEN;
    case 'token':
      return WITH_TOKEN;
    case 'signature':
      return WITH_SIGNATURE;
    default:
      return credential satisfies never;
  }
}

/** What the function is told, as lines: what the client sent for it, then what only we may say. All of it was checked when it was read. */
export function requestLines({ head, address, sourceIp, credential }: Forwarding): string {
  const { headers } = head;
  const host = headers.get('host');
  const before = headers.has('x-forwarded-for') ? `${headers.getAll('x-forwarded-for').join(', ')}, ` : '';
  return (
    `${fieldsForFunction(credential).lines(headers)}${host === undefined ? 'Host: \r\n' : ''}` +
    `X-Forwarded-For: ${before}${sourceIp}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: ${host ?? ''}\r\nX-Real-IP: ${sourceIp}\r\n` +
    (address.prefix === '' ? '' : `X-Forwarded-Prefix: ${address.prefix}\r\n`)
  );
}

/** Only WebSocket is relayed; any other wish to upgrade is ignored, as HTTP allows, and answered as an ordinary request. */
export function wantsWebSocket(head: RequestHead): boolean {
  return head.method === 'GET' && head.upgrade === 'websocket' && head.body.kind === 'none';
}

function isClients(lowerName: string): boolean {
  return !OWN_REQUEST_FIELDS.has(asHyphens(lowerName));
}

/** Many servers hand "X_Real_IP" to the program as they do "X-Real-IP", so the two count as one. */
function asHyphens(lowerName: string): string {
  return lowerName.includes('_') ? lowerName.replaceAll('_', '-') : lowerName;
}
