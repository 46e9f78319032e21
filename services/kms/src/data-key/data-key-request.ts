import type { WindlassError } from '@windlass/errors';
import { invalidField, refusal } from '../refusal.js';
import { readEnvelope, type Envelope } from './envelope.js';

const HIGHEST_BITS = 8192;
const LONGEST_AUTHENTICATED_DATA = 8192;
const SPECS = new Map([
  ['', 32],
  ['AES_256', 32],
  ['AES_128', 16],
]);

/** How many bytes the data key has. A length in bits wins over a spec; without either it is an AES-256 key. */
export function dataKeyBytes(keySpec: string, lengthInBits: string): number {
  if (lengthInBits !== '') {
    const bits = /^\d{1,4}$/.test(lengthInBits) ? Number(lengthInBits) : 0;
    if (bits < 8 || bits > HIGHEST_BITS || bits % 8 !== 0) {
      throw refusal('invalid', 'KMS.1801', 'INVALID_DATA_KEY_LENGTH', `The datakey_length is invalid: it is a multiple of 8 from 8 to ${HIGHEST_BITS}, in bits.`);
    }
    return bits / 8;
  }
  const bytes = SPECS.get(keySpec);
  if (bytes === undefined) throw invalidField('key_spec', 'is AES_256 or AES_128');
  return bytes;
}

export function requireAuthenticatedData(text: string): void {
  if (text.length > LONGEST_AUTHENTICATED_DATA) throw invalidField('additional_authenticated_data', `has at most ${LONGEST_AUTHENTICATED_DATA} characters`);
}

/** Official clients send the length of the data key in bytes; the envelope tells it, so it only has to make sense. */
export function requireCipherLength(text: string): void {
  if (text !== '' && !/^(?:[1-9]\d{0,2}|10[01]\d|102[0-4])$/.test(text)) {
    throw refusal('invalid', 'KMS.2202', 'INVALID_DATA_KEY_CIPHER_LENGTH', 'The datakey_cipher_length is invalid: it is a number from 1 to 1024, in bytes.');
  }
}

export function envelopeOf(cipherText: string): Envelope {
  const envelope = /^(?:[0-9a-fA-F]{2}){1,2048}$/.test(cipherText) ? readEnvelope(Buffer.from(cipherText, 'hex')) : undefined;
  if (envelope === undefined) throw invalidCipherText();
  return envelope;
}

/** One answer for everything that keeps an envelope shut, so that trying teaches nothing. */
export function invalidCipherText(): WindlassError {
  return refusal(
    'invalid',
    'KMS.2201',
    'INVALID_DATA_KEY_CIPHER',
    'The cipher_text is invalid: it is not a data key of this key, was altered, or was made with other additional_authenticated_data.',
  );
}
