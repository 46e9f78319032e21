import { randomInt } from 'node:crypto';

export interface KeyPair {
  /** Names the key; not secret. */
  readonly accessKey: string;
  readonly secretKey: string;
}

const UPPER_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LETTERS_AND_DIGITS = `${UPPER_AND_DIGITS}abcdefghijklmnopqrstuvwxyz`;

/** A new pair in the form IAM gives out: 20 upper-case letters and digits, and 40 letters and digits (238 bits). */
export function newKeyPair(): KeyPair {
  return { accessKey: pick(UPPER_AND_DIGITS, 20), secretKey: pick(LETTERS_AND_DIGITS, 40) };
}

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
