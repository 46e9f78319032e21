import { createHash, randomBytes } from 'node:crypto';

/** A new opaque token: 256 random bits, in characters a header may hold. */
export function newTokenValue(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token. A plain hash is enough: nobody guesses 256 random bits. */
export function hashToken(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
