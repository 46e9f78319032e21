import { invalidField } from '../refusal.js';
import { HASH_BYTES, type SigningScheme } from './signing-algorithm.js';

/** What is signed: a message, or the digest of one. */
export interface SignedMessage {
  readonly type: 'DIGEST' | 'RAW';
  readonly bytes: Buffer;
}

const LONGEST_MESSAGE_BYTES = 4096;
const LONGEST_SIGNATURE_BYTES = 512;

/** Reads the message of a request; a digest has the length of the algorithm's hash, and is what is meant when nothing is said. */
export function messageOf(request: { message: string; message_type: string }, { hash }: SigningScheme): SignedMessage {
  const type = request.message_type === '' ? 'DIGEST' : request.message_type;
  if (type !== 'DIGEST' && type !== 'RAW') throw invalidField('message_type', 'is DIGEST or RAW');
  const bytes = base64Of('message', request.message, LONGEST_MESSAGE_BYTES);
  if (type === 'DIGEST' && bytes.length !== HASH_BYTES[hash]) {
    throw invalidField('message', `is a digest of ${HASH_BYTES[hash]} bytes for this signing_algorithm; to send the message itself set message_type to RAW`);
  }
  return { type, bytes };
}

export function signatureOf(text: string): Buffer {
  return base64Of('signature', text, LONGEST_SIGNATURE_BYTES);
}

function base64Of(field: string, text: string, longest: number): Buffer {
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0 ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes.length === 0 || bytes.length > longest) throw invalidField(field, `is base64 of 1 to ${longest} bytes`);
  return bytes;
}
