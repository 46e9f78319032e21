import { ALGORITHM } from './canonical-request.js';
import { type HeaderField, valuesOf } from './header-field.js';

/** What the headers claim: who signed, and what was signed. Proves nothing before `verify`. */
export interface SignedAuthorization {
  readonly accessKey: string;
  /** Lower-case names, sorted, each once. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hex digits. */
  readonly signature: string;
  /** X-Security-Token of a temporary access key. */
  readonly securityToken: string | undefined;
}

/**
 * - `AUTHORIZATION_MISSING`: no Authorization header.
 * - `AUTHORIZATION_REPEATED`: more than one, so it is not clear which one counts.
 * - `ALGORITHM_UNSUPPORTED`: another scheme than SDK-HMAC-SHA256.
 * - `AUTHORIZATION_MALFORMED`: that scheme, and not of its form.
 */
export type AuthorizationProblem = 'AUTHORIZATION_MISSING' | 'AUTHORIZATION_REPEATED' | 'ALGORITHM_UNSUPPORTED' | 'AUTHORIZATION_MALFORMED';

export type ParsedAuthorization =
  { readonly ok: true; readonly authorization: SignedAuthorization } | { readonly ok: false; readonly reason: AuthorizationProblem };

const FORM = /^Access=([!-+\--~]+),\s*SignedHeaders=([!-+\--~]+),\s*Signature=([0-9a-fA-F]{64})$/;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/** Reads "SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…" and X-Security-Token. */
export function parseAuthorization(headers: readonly HeaderField[]): ParsedAuthorization {
  const values = valuesOf(headers, 'authorization');
  const [value] = values;
  if (value === undefined) return { ok: false, reason: 'AUTHORIZATION_MISSING' };
  if (values.length > 1) return { ok: false, reason: 'AUTHORIZATION_REPEATED' };

  const [scheme = '', parameters = ''] = splitOnce(value, ' ');
  if (scheme !== ALGORITHM) return { ok: false, reason: 'ALGORITHM_UNSUPPORTED' };
  const match = FORM.exec(parameters.trim());
  if (!match) return { ok: false, reason: 'AUTHORIZATION_MALFORMED' };
  const [, accessKey = '', names = '', signature = ''] = match;
  const signedHeaders = names.toLowerCase().split(';').sort();
  if (new Set(signedHeaders).size !== signedHeaders.length || !signedHeaders.every((name) => HEADER_NAME.test(name))) {
    return { ok: false, reason: 'AUTHORIZATION_MALFORMED' };
  }
  const securityToken = valuesOf(headers, 'x-security-token')[0];
  return { ok: true, authorization: { accessKey, signedHeaders, signature: signature.toLowerCase(), securityToken } };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
