import { createHash, timingSafeEqual } from 'node:crypto';
import type { WindlassError } from '@windlass/errors';
import { invalidField, refusal } from '../refusal.js';
import { readEnvelope, type Envelope } from '../envelope/index.js';

const HIGHEST_BITS = 8192;
const DIGEST_BYTES = 32;
const SPECS = new Map([
  ['', 32],
  ['AES_256', 32],
  ['AES_128', 16],
]);

/** How many bytes the data key has. A length in bits wins over a spec; without either it is an AES-256 key. */
export function dataKeyBytes(keySpec: string, lengthInBits: string, refusedWith: 'KMS.1801' | 'KMS.1901' = 'KMS.1801'): number {
  if (lengthInBits !== '') return bytesOfBits('datakey_length', lengthInBits, refusedWith);
  const bytes = SPECS.get(keySpec);
  if (bytes === undefined) throw invalidField('key_spec', 'is AES_256 or AES_128');
  return bytes;
}

/** Whole bytes of a length in bits. */
export function bytesOfBits(field: string, text: string, refusedWith: 'KMS.1801' | 'KMS.1901' | 'KMS.2001'): number {
  const bits = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (bits < 8 || bits > HIGHEST_BITS || bits % 8 !== 0) {
    throw refusal('invalid', refusedWith, 'INVALID_LENGTH', `The ${field} is invalid: it is a multiple of 8 from 8 to ${HIGHEST_BITS}, in bits.`);
  }
  return bits / 8;
}

/**
 * The data key of a caller's own: hex of it and of its SHA-256, which shows that it came whole. Of the length that the caller
 * says, where it says one.
 */
export function ownDataKey(plainText: string, lengthInBytes: string): Buffer {
  const bytes = /^(?:[0-9a-fA-F]{2}){33,1056}$/.test(plainText) ? Buffer.from(plainText, 'hex') : undefined;
  if (bytes === undefined) throw refusal('invalid', 'KMS.2101', 'INVALID_DATA_KEY_PLAIN', 'The plain_text is invalid: it is hex of a data key of 1 to 1024 bytes, followed by its SHA-256.');
  const dataKey = bytes.subarray(0, -DIGEST_BYTES);
  if (lengthInBytes !== '' && lengthInBytes !== String(dataKey.length)) {
    throw refusal('invalid', 'KMS.2102', 'INVALID_DATA_KEY_PLAIN_LENGTH', `The datakey_plain_length is invalid: the plain_text holds a data key of ${dataKey.length} bytes.`);
  }
  if (!timingSafeEqual(createHash('sha256').update(dataKey).digest(), bytes.subarray(-DIGEST_BYTES))) {
    throw refusal('invalid', 'KMS.2103', 'DATA_KEY_DIGEST_MISMATCH', 'The plain_text is invalid: its last 32 bytes are not the SHA-256 of the data key before them.');
  }
  return dataKey;
}

/** Official clients send the length of the data key in bytes; the envelope tells it, so it only has to make sense. */
export function requireCipherLength(text: string): void {
  if (text !== '' && !/^(?:[1-9]\d{0,2}|10[01]\d|102[0-4])$/.test(text)) {
    throw refusal('invalid', 'KMS.2202', 'INVALID_DATA_KEY_CIPHER_LENGTH', 'The datakey_cipher_length is invalid: it is a number from 1 to 1024, in bytes.');
  }
}

/** Undefined for what can be no wrapped data key. */
export function envelopeOf(cipherText: string): Envelope | undefined {
  return /^(?:[0-9a-fA-F]{2}){1,2048}$/.test(cipherText) ? readEnvelope('data_key', Buffer.from(cipherText, 'hex')) : undefined;
}

/** One answer for everything that keeps an envelope shut, so that trying teaches nothing. */
export function invalidCipherText(): WindlassError {
  return refusal(
    'invalid',
    'KMS.2201',
    'INVALID_DATA_KEY_CIPHER',
    'The cipher_text is invalid: it is not a data key of this key, was altered, or was made with another additional_authenticated_data or encryption_context.',
  );
}
