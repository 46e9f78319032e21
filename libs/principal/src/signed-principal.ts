import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { WindlassError } from '@windlass/errors';

/** Who calls and under which request id, as the edge proved it. */
export interface CallContext {
  readonly principal: Principal;
  readonly requestId: string;
}

const PRINCIPAL = 'windlass-principal-bin';
const REQUEST_ID = 'windlass-request-id';
const ISSUED_AT = 'windlass-issued-at';
const SIGNATURE = 'windlass-principal-signature-bin';
const SOURCE_ADDRESS = 'windlass-source-address';
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

  /** `sourceAddress` is where the request came from; told, not signed: it bounds rates and proves nothing. */
  attach(metadata: Metadata, principal: Principal, request: { requestId: string; sourceAddress?: string | undefined }): void {
    const encoded = Buffer.from(Principal.encode(principal).finish());
    const issuedAt = String(this.now());
    metadata.set(PRINCIPAL, encoded);
    metadata.set(REQUEST_ID, request.requestId);
    metadata.set(ISSUED_AT, issuedAt);
    metadata.set(SIGNATURE, sign(this.key, encoded, request.requestId, issuedAt));
    if (request.sourceAddress !== undefined) metadata.set(SOURCE_ADDRESS, request.sourceAddress);
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
    const expected = sign(this.key, encoded, requestId, issuedAt);
    if (expected.length !== signature.length || !timingSafeEqual(expected, signature)) {
      throw refused('The signature of the principal does not match.');
    }
    if (Math.abs(this.now() - Number(issuedAt)) > MAX_AGE_MS) throw refused('The signed principal is too old.');
    return { principal: Principal.decode(encoded), requestId };
  }
}

/** IP address of the client that made the request; empty when the edge did not tell. */
export function sourceAddressOf(metadata: Metadata): string {
  const address = metadata.get(SOURCE_ADDRESS)[0];
  return typeof address === 'string' ? address : '';
}

function sign(key: Buffer, encoded: Buffer, requestId: string, issuedAt: string): Buffer {
  // Lengths first, so that no part can borrow bytes from the next.
  return createHmac('sha256', key)
    .update(`${encoded.length}:${requestId.length}:${issuedAt.length}:`)
    .update(encoded)
    .update(requestId)
    .update(issuedAt)
    .digest();
}

function requireKey(key: Buffer): void {
  if (key.length !== KEY_BYTES) throw new RangeError(`the principal key has ${key.length} bytes, must have ${KEY_BYTES}`);
}

function refused(message: string): WindlassError {
  return new WindlassError({ kind: 'unauthenticated', reason: 'PRINCIPAL_REFUSED', code: 'APIGW.0301', message });
}
