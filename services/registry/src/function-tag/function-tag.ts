import type { Tag } from '@windlass/contracts/registry/v1/function_tag_service';
import { refusal } from '../refusal.js';

export interface FunctionTag {
  readonly key: string;
  readonly value: string;
}

/** Whom a sys_tag is about: the one kind of tag that the platform sets itself. */
export const ENTERPRISE_PROJECT_KEY = '_sys_enterprise_project_id';

/** Of one function ("Notes and Constraints"). */
export const MOST_TAGS = 20;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 255;

/** Reads the tags of a request: `{key, value}`, no value meaning an empty one. FSS.0400 when one cannot be put on a function. */
export function readTags(tags: readonly Tag[], sysTags: readonly Tag[], action: string, expected: 'create' | 'delete'): readonly Tag[] {
  if (action !== '' && action !== expected) throw invalid(`action is ${JSON.stringify(action.slice(0, 40))}, but the path says ${expected}.`);
  if (sysTags.length > 0) throw invalid('sys_tags are set by the platform. Move the function to another enterprise project instead.');
  if (tags.length === 0) throw invalid('tags is missing: a list of {"key", "value"}.');
  if (tags.length > MOST_TAGS) throw invalid(`tags names ${tags.length} tags, and a function has at most ${MOST_TAGS}.`);
  for (const { key, value } of tags) requireTag(key, value ?? '');
  const twice = tags.find(({ key }, index) => tags.findIndex((other) => other.key === key) !== index);
  if (twice !== undefined) throw invalid(`tags names the key ${JSON.stringify(twice.key)} twice.`);
  return tags;
}

/** The tags of a new function, which come as a JSON text: a list of `{key, value}`, or an object of values by their keys; nothing means none. */
export function readTagsText(text: string): readonly FunctionTag[] {
  if (text === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid('tags is no JSON. Send the text of a list such as [{"key":"team","value":"blue"}].');
  }
  const listed: unknown = isObject(parsed) ? Object.entries(parsed).map(([key, value]) => ({ key, value })) : parsed;
  if (!Array.isArray(listed)) throw invalid('tags is the text of a list of {"key", "value"}.');
  const tags = listed.map((tag: unknown) => {
    const { key, value = '' } = isObject(tag) ? tag : {};
    if (typeof key !== 'string' || typeof value !== 'string') throw invalid('Each of tags is {"key", "value"}, both of them texts.');
    return { key, value };
  });
  if (tags.length > 0) readTags(tags, [], '', 'create');
  return tags;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function requireTag(key: string, value: string): void {
  // Characters as people count them, as the documents do.
  if (key === '' || [...key].length > LONGEST_KEY) throw invalid(`A tag's key has 1 to ${LONGEST_KEY} characters.`);
  if (key.startsWith('_sys_')) throw invalid(`The key ${JSON.stringify(key)} begins with _sys_, which the platform keeps for itself.`);
  if (key !== key.trim() || !/^[\p{L}\p{N}\p{M} _.:=+@-]+$/u.test(key)) {
    throw invalid(`The key ${JSON.stringify(key)} may hold letters, digits, spaces and _ . : = + - @ only, and no space at its ends.`);
  }
  if ([...value].length > LONGEST_VALUE) throw invalid(`The value of ${JSON.stringify(key)} has more than ${LONGEST_VALUE} characters.`);
  if (!/^[\p{L}\p{N}\p{M} _.:=+@/-]*$/u.test(value)) {
    throw invalid(`The value of ${JSON.stringify(key)} may hold letters, digits, spaces and _ . : = + - @ / only.`);
  }
}

function invalid(message: string): Error {
  return refusal('invalid', 'FSS.0400', 'TAG_INVALID', message);
}
