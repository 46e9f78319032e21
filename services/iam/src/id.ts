import { randomBytes } from 'node:crypto';

/** A new id of an account, user or project: 32 lower-case hex digits, as the API writes them. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** Whether it can be the id of anything: what cannot be one is not looked up. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
