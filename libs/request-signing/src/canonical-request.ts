import { createHash } from 'node:crypto';
import { decodeToBytes, encodeBytes, toBytes } from './percent-encoding.js';

/** The algorithm's name, first in the Authorization header and in the string to sign. */
export const ALGORITHM = 'SDK-HMAC-SHA256';

/** SHA-256 of nothing: what a request without a body signs. */
export const EMPTY_BODY_SHA256 = createHash('sha256').digest('hex');

/**
 * Which path a client signs. Clients disagree: the Node.js SDK escapes the path as it goes over the wire, so that an
 * escaped space is signed as %2520 (`as-sent`); Terraform escapes the path it meant, once: %20 (`decoded`).
 */
export type PathForm = 'as-sent' | 'decoded';

export interface CanonicalParts {
  readonly method: string;
  /** Path and query as they go over the wire. */
  readonly requestTarget: string;
  /** The signed headers, names in lower case, sorted, each once. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** Hex SHA-256 of the body, or the value of X-Sdk-Content-Sha256. */
  readonly bodyHash: string;
}

/** The text whose hash is signed. */
export function canonicalRequest(parts: CanonicalParts, pathForm: PathForm): string {
  const [path, query] = splitTarget(parts.requestTarget);
  return [
    parts.method.toUpperCase(),
    canonicalPath(path, pathForm),
    canonicalQuery(query),
    // Each header ends its own line, so joining leaves an empty line after the last.
    parts.headers.map(({ name, value }) => `${name}:${value.trim()}\n`).join(''),
    parts.headers.map(({ name }) => name).join(';'),
    parts.bodyHash,
  ].join('\n');
}

/** What the secret key signs: algorithm, the value of X-Sdk-Date, hash of the canonical request. */
export function stringToSign(sdkDate: string, canonical: string): string {
  return [ALGORITHM, sdkDate, createHash('sha256').update(canonical).digest('hex')].join('\n');
}

function splitTarget(requestTarget: string): [path: string, query: string] {
  const mark = requestTarget.indexOf('?');
  return mark === -1 ? [requestTarget, ''] : [requestTarget.slice(0, mark), requestTarget.slice(mark + 1)];
}

function canonicalPath(path: string, form: PathForm): string {
  // Segments are decoded one by one: an escaped slash stays inside its segment and cannot be traded for a real one.
  const bytesOf = form === 'decoded' ? decodeToBytes : toBytes;
  const encoded = path
    .split('/')
    .map((segment) => encodeBytes(bytesOf(segment)))
    .join('/');
  return encoded.endsWith('/') ? encoded : `${encoded}/`;
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [key: string, value: string] => {
      const equals = pair.indexOf('=');
      return equals === -1 ? [queryBytes(pair), ''] : [queryBytes(pair.slice(0, equals)), queryBytes(pair.slice(equals + 1))];
    });
  // By the bytes meant, not by their escapes, as the clients sort before they escape.
  pairs.sort(([keyA, valueA], [keyB, valueB]) => compareBytes(keyA, keyB) || compareBytes(valueA, valueB));
  return pairs.map(([key, value]) => `${encodeBytes(key)}=${encodeBytes(value)}`).join('&');
}

/** In a query "+" is a space; a plus sign is always escaped. */
function queryBytes(text: string): string {
  return decodeToBytes(text.replaceAll('+', ' '));
}

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
