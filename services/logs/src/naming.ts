import { invalidField } from './refusal.js';

const NAME = /^[A-Za-z0-9-](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_-])?$/;
const ALIAS = /^\P{Cc}{0,64}$/u;
const LONGEST_RETENTION_DAYS = 365;

/** Names of groups and streams, by the rule both share. */
export function requireName(field: string, name: string): void {
  if (!NAME.test(name)) {
    throw invalidField(field, 'has 1 to 64 letters, digits, "_", "-" and ".", does not start with "." or "_" and does not end with "."');
  }
}

export function requireAlias(field: string, alias: string): void {
  if (!ALIAS.test(alias)) throw invalidField(field, 'has at most 64 characters and no control characters');
}

export function requireRetentionDays(days: number): void {
  if (!Number.isInteger(days) || days < 1 || days > LONGEST_RETENTION_DAYS) throw invalidField('ttl_in_days', `is a number from 1 to ${LONGEST_RETENTION_DAYS}`);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Ids are UUIDs as we write them: anything else is the id of nothing. */
export function isId(text: string): boolean {
  return UUID.test(text);
}
