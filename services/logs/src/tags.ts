import type { LogTag } from '@windlass/contracts/logs/v1/log_service';
import { invalidField } from './refusal.js';

/** Tags of a group or stream: values by key. */
export type Tags = Readonly<Record<string, string>>;

const MOST_TAGS = 20;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 255;
const KEY = /^[\p{L}\p{N}\p{M} _.:=+@-]+$/u;
const VALUE = /^[\p{L}\p{N}\p{M} _.:=+@/-]*$/u;

/** Tags as requests list them. Fails with LTS.0009 where a key stands twice. */
export function readTags(tags: readonly LogTag[]): Tags {
  const read = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  if (Object.keys(read).length < tags.length) throw invalidField('tags', 'names a key once');
  return read;
}

/** Fails with LTS.0009 where these cannot be the tags of one thing. */
export function requireTags(tags: Tags): void {
  const entries = Object.entries(tags);
  if (entries.length > MOST_TAGS) throw invalidField('tags', `has at most ${MOST_TAGS} tags`);
  for (const [key, value] of entries) {
    // Characters as people count them.
    if (key !== key.trim() || [...key].length > LONGEST_KEY || key.startsWith('_') || !KEY.test(key)) {
      throw invalidField('tags', `has keys of 1 to ${LONGEST_KEY} letters, digits, spaces and _ . : = + - @, without a space at the ends or a "_" at the start`);
    }
    if ([...value].length > LONGEST_VALUE || !VALUE.test(value)) throw invalidField('tags', `has values of at most ${LONGEST_VALUE} letters, digits, spaces and _ . : = + - @ /`);
  }
}

export function isSameTags(some: Tags, others: Tags): boolean {
  const keys = Object.keys(some);
  return keys.length === Object.keys(others).length && keys.every((key) => Object.hasOwn(others, key) && others[key] === some[key]);
}

/** What a request does to the tags that are there. */
export interface TagChange {
  /** Values under keys that are there already take the place of what was there. */
  readonly add: Tags;
  readonly remove: readonly string[];
}

/** The tags after the change. Fails with LTS.0009 where those cannot be. */
export function changedTags(tags: Tags, { add, remove }: TagChange): Tags {
  const changed = Object.fromEntries(Object.entries({ ...tags, ...add }).filter(([key]) => !remove.includes(key)));
  requireTags(changed);
  return changed;
}
