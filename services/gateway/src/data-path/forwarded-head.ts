import type { Route } from '@windlass/contracts/registry/v1/catalog';
import { endToEndFields, type HeaderField, type RequestHead, type ResponseHead } from '@windlass/http1';
import type { Address } from './address.js';

/** The stage of every trigger: the documented API publishes them in this environment. */
const STAGE = 'RELEASE';

// Fields the gateway writes itself. What the client put there is not passed on, X-Forwarded-For apart.
const OWN_REQUEST_FIELDS: ReadonlySet<string> = new Set([
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-real-ip',
  // Answered here, once the request may be forwarded.
  'expect',
]);

/** What a platform credential consists of: the function must not be able to speak in its caller's name. */
const TOKEN_FIELDS: ReadonlySet<string> = new Set(['x-auth-token']);
const SIGNATURE_FIELDS: ReadonlySet<string> = new Set(['authorization', 'x-sdk-date', 'x-security-token']);

export type CredentialKind = 'token' | 'signature';

export interface Forwarding {
  readonly head: RequestHead;
  readonly address: Address;
  readonly route: Route;
  readonly requestId: string;
  /** IP address of the client's end of the connection. */
  readonly sourceIp: string;
  /** The platform credential the request was admitted with; undefined for an open route. */
  readonly credential: CredentialKind | undefined;
}

/** The fields of the request to the worker: what the client sent for the function, then what only we may say. */
export function requestFields(forwarding: Forwarding): HeaderField[] {
  const { head, address, route, requestId, sourceIp, credential } = forwarding;
  const fields = endToEndFields(head.headers).filter(([name]) => isForFunction(name, credential));
  if (!head.headers.has('host')) fields.push(['Host', '']);
  if (head.body.kind === 'chunked') fields.push(['Transfer-Encoding', 'chunked']);
  if (wantsWebSocket(head)) fields.push(['Connection', 'Upgrade'], ['Upgrade', 'websocket']);
  fields.push(
    ['X-Forwarded-For', [...head.headers.getAll('x-forwarded-for'), sourceIp].join(', ')],
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Host', head.headers.get('host') ?? ''],
    ['X-Real-IP', sourceIp],
  );
  if (address.prefix !== '') fields.push(['X-Forwarded-Prefix', address.prefix]);
  fields.push(
    ['x-windlass-func-id', route.func_id],
    ['x-windlass-func-version', route.func_version],
    ['x-windlass-request-id', requestId],
    ['x-windlass-timeout-ms', String(route.timeout_ms)],
    ['x-windlass-source-ip', sourceIp],
    ['x-windlass-api-id', route.route_id],
    ['x-windlass-stage', STAGE],
  );
  return fields;
}

/** Only WebSocket is relayed; any other wish to upgrade is ignored, as HTTP allows, and answered as an ordinary request. */
export function wantsWebSocket(head: RequestHead): boolean {
  return head.method === 'GET' && head.upgrade === 'websocket' && head.body.kind === 'none';
}

/** Whether a client's field (of the header or of the trailer) is the function's to see. */
export function isForFunction(name: string, credential: CredentialKind | undefined): boolean {
  // Many servers hand "X_CFF_Region" to the program as they do "X-CFF-Region", so the two count as one.
  const key = name.toLowerCase().replaceAll('_', '-');
  if (key.startsWith('x-cff-') || key.startsWith('x-windlass-') || OWN_REQUEST_FIELDS.has(key)) return false;
  if (credential === 'token') return !TOKEN_FIELDS.has(key);
  return credential === 'signature' ? !SIGNATURE_FIELDS.has(key) && !TOKEN_FIELDS.has(key) : true;
}

/** The fields of a response to the client, without those that say how its body is framed and whether the connection stays. */
export function responseFields(head: ResponseHead, requestId: string): HeaderField[] {
  const fields = endToEndFields(head.headers).filter(([name]) => {
    const key = name.toLowerCase();
    return key !== 'x-request-id' && !key.startsWith('x-windlass-');
  });
  fields.push(['X-Request-Id', requestId]);
  return fields;
}
