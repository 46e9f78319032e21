import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { invalidEvent, members } from './event-members.js';
import { headerFields, type HeaderField } from './header-fields.js';

/** The HTTP request an event stands for. */
export interface FunctionRequest {
  readonly method: string;
  /** Path and query, encoded. */
  readonly target: string;
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

/**
 * Turns an invocation's event into the request an HTTP function gets. An API gateway event is an object with
 * `httpMethod`, `path` or `requestContext`; its method defaults to POST and its path to "/". Any other JSON is sent as
 * it came, as the body of `POST /`. Fails as "invalid" naming the member that does not fit.
 */
export function toFunctionRequest(event: JsonValue | undefined, raw: Uint8Array): FunctionRequest {
  if (!isApiGatewayEvent(event)) {
    const headers = event === undefined ? [] : [{ name: 'content-type', value: 'application/json' }];
    return { method: 'POST', target: '/', headers, body: event === undefined ? new Uint8Array() : raw };
  }
  const body = bodyOf(event);
  return {
    method: methodOf(event['httpMethod']),
    target: targetOf(event['path'], event['queryStringParameters']),
    headers: headerFields(event, body.length > 0),
    body,
  };
}

function isApiGatewayEvent(event: JsonValue | undefined): event is JsonObject {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return false;
  return ['httpMethod', 'path', 'requestContext'].some((name) => event[name] !== undefined && event[name] !== null);
}

function methodOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'POST';
  const method = typeof value === 'string' ? value.toUpperCase() : '';
  if (!METHODS.includes(method)) throw invalidEvent('httpMethod', `one of ${METHODS.join(', ')}`);
  return method;
}

function targetOf(path: JsonValue | undefined, query: JsonValue | undefined): string {
  if (path !== undefined && path !== null && typeof path !== 'string') throw invalidEvent('path', 'a string');
  const encoded = encodePath(path ?? '');
  const rooted = encoded.startsWith('/') ? encoded : `/${encoded}`;
  const text = queryText(query);
  if (text === '') return rooted;
  return `${rooted}${rooted.includes('?') ? '&' : '?'}${text}`;
}

/** Escapes what may not stand in a request line and leaves what is escaped already. A "?" in a path starts its query. */
function encodePath(path: string): string {
  return path
    .replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25')
    .replaceAll(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%?]+/g, encodeURIComponent);
}

function queryText(query: JsonValue | undefined): string {
  const pairs: string[] = [];
  for (const [name, value] of members(query, 'queryStringParameters')) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (typeof item === 'object' && item !== null) throw invalidEvent(`queryStringParameters.${name}`, 'text or a list of texts');
      pairs.push(`${encodeText(name)}=${item === null ? '' : encodeText(String(item))}`);
    }
  }
  return pairs.join('&');
}

function encodeText(text: string): string {
  return encodeURIComponent(text);
}

function bodyOf(event: JsonObject): Uint8Array {
  const { body, isBase64Encoded } = event;
  if (isBase64Encoded !== undefined && isBase64Encoded !== null && typeof isBase64Encoded !== 'boolean') throw invalidEvent('isBase64Encoded', 'true or false');
  if (body === undefined || body === null) return new Uint8Array();
  // An object where text is documented can only mean its JSON.
  if (typeof body !== 'string') return Buffer.from(JSON.stringify(body));
  if (isBase64Encoded !== true) return Buffer.from(body);
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(body)) throw invalidEvent('body', 'Base64 text, as isBase64Encoded says');
  return Buffer.from(body, 'base64');
}
