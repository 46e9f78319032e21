import type { WindlassError } from '@windlass/errors';
import { readEnvelope, type Envelope } from '../envelope/index.js';
import { invalidField } from '../refusal.js';

const LONGEST_BYTES = 4096;

export function requireSymmetricDefault(algorithm: string): void {
  if (algorithm !== '' && algorithm !== 'SYMMETRIC_DEFAULT') throw invalidField('encryption_algorithm', 'is SYMMETRIC_DEFAULT: key pairs sign here and encrypt nothing');
}

export function plaintextOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length === 0 || bytes.length > LONGEST_BYTES) throw invalidField('plain_text', `has 1 to ${LONGEST_BYTES} bytes. For more, encrypt it with a data key (create-datakey)`);
  return bytes;
}

/** What is sealed in the ciphertext of a request; fails with KMS.0308 for what can be none. */
export function sealedDataOf(cipherText: string): Envelope {
  const envelope = /^[A-Za-z0-9+/]{4,6000}={0,2}$/.test(cipherText) && cipherText.length % 4 === 0 ? readEnvelope('data', Buffer.from(cipherText, 'base64')) : undefined;
  if (envelope === undefined) throw invalidData();
  return envelope;
}

/** One answer for everything that keeps data shut, so that trying teaches nothing. */
export function invalidData(): WindlassError {
  return invalidField('cipher_text', 'is not what encrypt-data answered, was altered, or was made with another additional_authenticated_data or encryption_context');
}
