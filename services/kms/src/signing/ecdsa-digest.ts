import type { KeyObject } from 'node:crypto';
import { p256, p384 } from '@noble/curves/nist.js';

/**
 * ECDSA over a digest that the caller computed, which node does not offer: it signs messages only. Signatures are DER, both
 * halves of the range are valid, and nonces are those of RFC 6979 with fresh randomness added.
 */

const OPTIONS = { prehash: false, lowS: false, format: 'der' } as const;
const CURVES = { prime256v1: { curve: p256, scalarBytes: 32 }, secp384r1: { curve: p384, scalarBytes: 48 } } as const;

export function signDigestEcdsa(key: KeyObject, digest: Buffer): Buffer {
  const { curve, scalarBytes } = curveOf(key);
  const scalar = scalarOf(key, scalarBytes);
  try {
    return Buffer.from(curve.sign(digest, scalar, { ...OPTIONS, extraEntropy: true }));
  } finally {
    scalar.fill(0);
  }
}

export function verifyDigestEcdsa(publicKey: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const { curve, scalarBytes } = curveOf(publicKey);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  try {
    return curve.verify(signature, digest, spki.subarray(spki.length - 2 * scalarBytes - 1), OPTIONS);
  } catch {
    // Bytes that are no signature at all.
    return false;
  }
}

function curveOf(key: KeyObject) {
  const name = key.asymmetricKeyDetails?.namedCurve;
  if (name !== 'prime256v1' && name !== 'secp384r1') throw new Error(`no signatures on the curve ${name}`);
  return CURVES[name];
}

/** The private number, from ECPrivateKey (RFC 5915): after its version, an octet string of the curve's size. */
function scalarOf(key: KeyObject, bytes: number): Buffer {
  const der = key.export({ type: 'sec1', format: 'der' });
  const at = der.indexOf(Buffer.of(0x02, 0x01, 0x01, 0x04, bytes)) + 5;
  const scalar = Buffer.from(der.subarray(at, at + bytes));
  der.fill(0);
  return scalar;
}
