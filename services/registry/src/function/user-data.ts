import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';

const MOST_ENTRIES = 20;
const MOST_CHARACTERS = 4096;
const KEY = /^[A-Za-z][A-Za-z0-9_]*$/;
// The platform sets these itself (runtime environment variables).
const RESERVED_PREFIX = 'RUNTIME_';

/**
 * Reads user_data or encrypted_user_data: the text of a JSON object of strings, nothing meaning no entries. FSS.1009 when it
 * is something else, FSS.1017 over 20 entries, FSS.1018 over 4096 characters.
 */
export function parseUserData(field: 'user_data' | 'encrypted_user_data', text: string): Readonly<Record<string, string>> {
  if (text === '') return {};
  if (text.length > MOST_CHARACTERS) {
    throw refusal('invalid', 'FSS.1018', 'USER_DATA_TOO_LARGE', `${field} has ${text.length} characters; ${MOST_CHARACTERS} are allowed.`);
  }
  const entries = Object.entries(parseObject(field, text));
  if (entries.length > MOST_ENTRIES) {
    throw refusal('invalid', 'FSS.1017', 'TOO_MUCH_USER_DATA', `${field} has ${entries.length} entries; ${MOST_ENTRIES} are allowed.`);
  }
  return Object.fromEntries(entries.map(([key, value]) => [requireKey(field, key), requireValue(field, key, value)]));
}

function parseObject(field: string, text: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw bad(`${field} is not JSON. Send the text of an object such as {"KEY":"value"}.`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw bad(`${field} is not a JSON object such as {"KEY":"value"}.`);
  return parsed;
}

function requireKey(field: string, key: string): string {
  if (!KEY.test(key)) {
    throw bad(`${field} has the key ${JSON.stringify(key.slice(0, 80))}. Keys begin with a letter and hold letters, digits and underscores.`);
  }
  if (key.startsWith(RESERVED_PREFIX)) throw bad(`${field} sets ${key}. Names that begin with ${RESERVED_PREFIX} belong to the platform.`);
  return key;
}

function requireValue(field: string, key: string, value: unknown): string {
  if (typeof value !== 'string') throw bad(`${field} gives ${key} a value that is not a string.`);
  if (value.includes('\0')) throw bad(`${field} gives ${key} a value with a NUL character, which no environment variable can hold.`);
  return value;
}

/** One name cannot be both: which of the two values a function would see is nobody's guess. */
export function requireDistinctKeys(plain: Readonly<Record<string, string>>, secret: Readonly<Record<string, string>>): void {
  const both = Object.keys(plain).find((key) => Object.hasOwn(secret, key));
  if (both !== undefined) throw bad(`${both} is in user_data and in encrypted_user_data. Give it once.`);
}

function bad(message: string): WindlassError {
  return refusal('invalid', 'FSS.1009', 'USER_DATA_INVALID', message);
}
