import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { WindlassError } from '@windlass/errors';

/** Who calls, under which request id and from where, as the edge proved it. */
export interface CallContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** IP address of the client; empty when the edge did not tell. */
  readonly sourceAddress: string;
  /** What the client calls itself; empty when it does not. */
  readonly userAgent: string;
}

/** What the edge knows of a request beside its caller. */
export interface SignedRequest {
  readonly requestId: string;
  readonly sourceAddress?: string | undefined;
  readonly userAgent?: string | undefined;
}

const PRINCIPAL = 'windlass-principal-bin';
const REQUEST_ID = 'windlass-request-id';
const ISSUED_AT = 'windlass-issued-at';
const SIGNATURE = 'windlass-principal-signature-bin';
const SOURCE_ADDRESS = 'windlass-source-address';
const USER_AGENT = 'windlass-user-agent';
const LONGEST_USER_AGENT = 256;
const KEY_BYTES = 32;
// A captured principal is worthless soon; the clocks of one deployment agree to the minute.
const MAX_AGE_MS = 5 * 60_000;

/** Signs the caller into the metadata of a call. Only the edge, and services calling on a caller's behalf, hold one. */
export class PrincipalSigner {
  constructor(
    private readonly key: Buffer,
    private readonly now: () => number = Date.now,
  ) {
    requireKey(key);
  }

  /** Signs all of it, since events keep it as what happened. */
  attach(metadata: Metadata, principal: Principal, request: SignedRequest): void {
    const { requestId } = request;
    const sourceAddress = printable(request.sourceAddress ?? '');
    const userAgent = printable(request.userAgent ?? '').slice(0, LONGEST_USER_AGENT);
    const encoded = Buffer.from(Principal.encode(principal).finish());
    const issuedAt = String(this.now());
    metadata.set(PRINCIPAL, encoded);
    metadata.set(REQUEST_ID, requestId);
    metadata.set(ISSUED_AT, issuedAt);
    metadata.set(SOURCE_ADDRESS, sourceAddress);
    metadata.set(USER_AGENT, userAgent);
    metadata.set(SIGNATURE, sign(this.key, encoded, [requestId, issuedAt, sourceAddress, userAgent]));
  }
}

/** Reads the caller back. Anything missing, altered or old is refused as unauthenticated. */
export class PrincipalVerifier {
  constructor(
    private readonly key: Buffer,
    private readonly now: () => number = Date.now,
  ) {
    requireKey(key);
  }

  read(metadata: Metadata): CallContext {
    const encoded = metadata.get(PRINCIPAL)[0];
    const signature = metadata.get(SIGNATURE)[0];
    const requestId = metadata.get(REQUEST_ID)[0];
    const issuedAt = metadata.get(ISSUED_AT)[0];
    if (!Buffer.isBuffer(encoded) || !Buffer.isBuffer(signature) || typeof requestId !== 'string' || typeof issuedAt !== 'string') {
      throw refused('The call carries no signed principal.');
    }
    const sourceAddress = textOf(metadata, SOURCE_ADDRESS);
    const userAgent = textOf(metadata, USER_AGENT);
    const expected = sign(this.key, encoded, [requestId, issuedAt, sourceAddress, userAgent]);
    if (expected.length !== signature.length || !timingSafeEqual(expected, signature)) {
      throw refused('The signature of the principal does not match.');
    }
    if (Math.abs(this.now() - Number(issuedAt)) > MAX_AGE_MS) throw refused('The signed principal is too old.');
    return { principal: Principal.decode(encoded), requestId, sourceAddress, userAgent };
  }
}

/** IP address of the client that made the request; empty when the edge did not tell. */
export function sourceAddressOf(metadata: Metadata): string {
  return textOf(metadata, SOURCE_ADDRESS);
}

function textOf(metadata: Metadata, name: string): string {
  const value = metadata.get(name)[0];
  return typeof value === 'string' ? value : '';
}

/** As gRPC metadata can carry it, which trims it too: clients may send any bytes. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').trim();
}

function sign(key: Buffer, encoded: Buffer, texts: readonly string[]): Buffer {
  // Lengths first, so that no part can borrow bytes from the next.
  const hmac = createHmac('sha256', key).update(`${[encoded, ...texts].map((part) => part.length).join(':')}:`).update(encoded);
  for (const text of texts) hmac.update(text);
  return hmac.digest();
}

function requireKey(key: Buffer): void {
  if (key.length !== KEY_BYTES) throw new RangeError(`the principal key has ${key.length} bytes, must have ${KEY_BYTES}`);
}

function refused(message: string): WindlassError {
  return new WindlassError({ kind: 'unauthenticated', reason: 'PRINCIPAL_REFUSED', code: 'APIGW.0301', message });
}
