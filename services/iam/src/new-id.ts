import { randomBytes } from 'node:crypto';

/** A new id of an account, user or project: 32 lower-case hex digits, as the API writes them. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}
