import { timingSafeEqual } from 'node:crypto';
import { parseAuthorization, type AuthorizationProblem } from './authorization-header.js';
import { canonicalRequest, type PathForm } from './canonical-request.js';
import { type HeaderField, valuesOf } from './header-field.js';
import { parseSdkDate, SDK_DATE_HEADER } from './sdk-date.js';
import { signatureOf } from './sign-request.js';

/** How far the date of a signature may be from the verifier's clock, either way. */
export const MAX_SKEW_MILLISECONDS = 15 * 60_000;

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as received, not decoded. */
  readonly requestTarget: string;
  /** Every header line as received; a repeated header is listed as often as it came. */
  readonly headers: readonly HeaderField[];
  /** Hex SHA-256 of the body as received. */
  readonly bodySha256: string;
}

/**
 * - `DATE_UNSIGNED`: X-Sdk-Date is not among the signed headers, so the signature would never age.
 * - `DATE_MALFORMED`, `DATE_SKEWED`: not YYYYMMDDTHHMMSSZ; more than 15 minutes from now.
 * - `SIGNED_HEADER_MISSING`, `SIGNED_HEADER_REPEATED`: a signed header did not arrive, or arrived more than once.
 * - `BODY_ALTERED`: X-Sdk-Content-Sha256 is not the hash of the body that arrived.
 * - `SIGNATURE_MISMATCH`: another secret key, or a signed part was altered.
 */
export type VerificationProblem =
  | AuthorizationProblem
  | 'DATE_UNSIGNED'
  | 'DATE_MALFORMED'
  | 'DATE_SKEWED'
  | 'SIGNED_HEADER_MISSING'
  | 'SIGNED_HEADER_REPEATED'
  | 'BODY_ALTERED'
  | 'SIGNATURE_MISMATCH';

export type Verification = { readonly ok: true } | { readonly ok: false; readonly reason: VerificationProblem };

const PATH_FORMS: readonly PathForm[] = ['as-sent', 'decoded'];
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/**
 * Checks the signature over exactly the headers it names. Only X-Sdk-Date must be among them: Terraform adds the project
 * after signing and signs `host` only when it was set as a header.
 */
export function verify(request: ReceivedRequest, key: { readonly secretKey: string; readonly now: Date }): Verification {
  const parsed = parseAuthorization(request.headers);
  if (!parsed.ok) return parsed;
  const { signedHeaders, signature } = parsed.authorization;

  const headers: HeaderField[] = [];
  for (const name of signedHeaders) {
    const [value, ...others] = valuesOf(request.headers, name);
    if (value === undefined) return refused('SIGNED_HEADER_MISSING');
    if (others.length > 0) return refused('SIGNED_HEADER_REPEATED');
    headers.push({ name, value });
  }

  const sdkDate = headers.find(({ name }) => name === SDK_DATE_HEADER)?.value;
  if (sdkDate === undefined) return refused('DATE_UNSIGNED');
  const signedAt = parseSdkDate(sdkDate);
  if (signedAt === undefined) return refused('DATE_MALFORMED');
  if (Math.abs(key.now.getTime() - signedAt.getTime()) > MAX_SKEW_MILLISECONDS) return refused('DATE_SKEWED');

  // The header need not be signed itself: its value is part of what is signed.
  const claimedHash = valuesOf(request.headers, 'x-sdk-content-sha256')[0];
  const bodyHash = claimedHash ?? request.bodySha256.toLowerCase();
  if (bodyHash !== UNSIGNED_PAYLOAD && bodyHash.toLowerCase() !== request.bodySha256.toLowerCase()) return refused('BODY_ALTERED');

  const parts = { method: request.method, requestTarget: request.requestTarget, headers, bodyHash };
  const matches = PATH_FORMS.some((form) => equal(signatureOf(key.secretKey, sdkDate, canonicalRequest(parts, form)), signature));
  return matches ? { ok: true } : refused('SIGNATURE_MISMATCH');
}

function refused(reason: VerificationProblem): Verification {
  return { ok: false, reason };
}

function equal(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected, 'hex'), Buffer.from(given, 'hex')];
  return a.length === b.length && timingSafeEqual(a, b);
}
