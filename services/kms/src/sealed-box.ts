import { createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * AES-256-GCM as this service uses it: 96-bit nonce, 128-bit tag, and a context of named parts that opening must repeat.
 * The nonce is the caller's to choose, at random: one key seals far fewer than 2^32 things.
 */

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** Ciphertext followed by its tag. */
export function seal(key: Buffer, nonce: Buffer, context: readonly string[], plaintext: Buffer): Buffer {
  return sealWith(key, nonce, contextBytes(context), plaintext);
}

/** The plaintext, or undefined when key, nonce, context or sealed bytes are not those of the sealing. */
export function open(key: Buffer, nonce: Buffer, context: readonly string[], sealed: Buffer): Buffer | undefined {
  return openWith(key, nonce, contextBytes(context), sealed);
}

/** The primitive itself, over authenticated bytes as they are: for `seal`, and for the published test vectors. */
export function sealWith(key: Buffer, nonce: Buffer, authenticated: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(authenticated);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

export function openWith(key: Buffer, nonce: Buffer, authenticated: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticated);
  decipher.setAuthTag(sealed.subarray(end));
  const plaintext = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return undefined;
  }
}

// As a JSON array no part can borrow characters from its neighbour.
function contextBytes(context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(context));
}
