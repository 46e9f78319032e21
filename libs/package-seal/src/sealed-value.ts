import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { encodeContext, requireDataKey, SealBroken, type SealContext } from './seal-context.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Base64 of a random nonce, the ciphertext and the tag. One key may seal many small values: nonces are random, 96 bits. */
export function sealValue(key: Uint8Array, context: SealContext, value: string, nonce: Uint8Array = randomBytes(NONCE_BYTES)): string {
  requireDataKey(key);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(encodeContext(context));
  return Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** Throws SealBroken for what `sealValue` did not make under the same key for the same context. */
export function openValue(key: Uint8Array, context: SealContext, sealed: string): string {
  requireDataKey(key);
  const bytes = Buffer.from(sealed, 'base64');
  // Base64 has several texts for some bytes: only the one that was written counts.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64') !== sealed) throw new SealBroken('it is not in the form of a sealed value');
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(encodeContext(context))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    throw new SealBroken('it was altered, or was sealed under another key or for something else');
  }
}
