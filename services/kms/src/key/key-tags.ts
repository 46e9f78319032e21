import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';
import type { KeyEvent } from './key.events.js';

export interface KeyTag {
  readonly key: string;
  readonly value: string;
}

export type TagCommand =
  | { readonly kind: 'put_tags'; readonly tags: readonly KeyTag[] }
  /** A tag without a value goes whatever value it has. */
  | { readonly kind: 'remove_tags'; readonly tags: readonly { readonly key: string; readonly value: string | undefined }[] };

/** Of one key. */
export const MOST_TAGS = 20;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 255;

/** A name that the key has keeps its place and gets the new value; new ones follow. What is not there need not be taken off. */
export function decideTags(before: readonly KeyTag[], command: TagCommand): readonly KeyEvent[] {
  const after = command.kind === 'put_tags' ? put(before, command.tags) : before.filter((tag) => !command.tags.some(({ key, value }) => key === tag.key && (value === undefined || value === tag.value)));
  if (after.length > MOST_TAGS) throw tooManyTags(after.length);
  const same = after.length === before.length && after.every(({ key, value }, index) => before[index]?.key === key && before[index]?.value === value);
  return same ? [] : [{ type: 'KeyTagsChanged', data: { tags: after } }];
}

function put(before: readonly KeyTag[], tags: readonly KeyTag[]): readonly KeyTag[] {
  const given = new Map(tags.map(({ key, value }) => [key, value]));
  const kept = before.map(({ key, value }) => ({ key, value: given.get(key) ?? value }));
  const added = [...given].filter(([key]) => !before.some((tag) => tag.key === key));
  return [...kept, ...added.map(([key, value]) => ({ key, value }))];
}

/** Refuses what can be no tag, under the documented code of each reason. Characters are those that people count. */
export function requireTag({ key, value }: KeyTag): void {
  if (key === '' || [...key].length > LONGEST_KEY) throw invalidTag('KMS.0411', `a key has 1 to ${LONGEST_KEY} characters`);
  if (key.startsWith('_sys_')) throw invalidTag('KMS.0406', 'keys that begin with _sys_ are kept for the platform');
  if (key !== key.trim() || !/^[\p{L}\p{N}\p{M} _.:=+@-]+$/u.test(key)) {
    throw invalidTag('KMS.0406', `the key ${JSON.stringify(key)} may hold letters, digits, spaces and _ . : = + - @ only, and no space at its ends`);
  }
  if ([...value].length > LONGEST_VALUE) throw invalidTag('KMS.0410', `the value of ${JSON.stringify(key)} has more than ${LONGEST_VALUE} characters`);
  if (!/^[\p{L}\p{N}\p{M} _.:=+@/-]*$/u.test(value)) {
    throw invalidTag('KMS.0405', `the value of ${JSON.stringify(key)} may hold letters, digits, spaces and _ . : = + - @ / only`);
  }
}

/** Refuses a list that is empty, too long or names a key twice, and what in it can be no tag. */
export function requireTags(tags: readonly KeyTag[]): void {
  if (tags.length === 0) throw invalidTag('KMS.0401', 'the list is empty');
  if (tags.length > MOST_TAGS) throw invalidTag('KMS.0407', `the list has ${tags.length} tags, and a key has at most ${MOST_TAGS}`);
  for (const tag of tags) requireTag(tag);
  const twice = tags.find(({ key }, index) => tags.findIndex((other) => other.key === key) !== index);
  if (twice !== undefined) throw invalidTag('KMS.0406', `the key ${JSON.stringify(twice.key)} is named twice`);
}

export function invalidTag(code: `KMS.04${number}`, problem: string): WindlassError {
  return refusal('invalid', code, 'INVALID_TAG', `The tags are invalid: ${problem}.`);
}

function tooManyTags(count: number): WindlassError {
  return refusal('quota_exceeded', 'KMS.0409', 'TOO_MANY_TAGS', `The key would have ${count} tags, and ${MOST_TAGS} is the most it may have. Take off those it no longer needs.`);
}
