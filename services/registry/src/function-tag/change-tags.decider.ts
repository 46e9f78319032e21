import { functionMissing } from '../function/function-urn.js';
import type { FunctionEvent } from '../function/function.events.js';
import { evolveFunction, NO_FUNCTION, type ActiveFunction, type FunctionState } from '../function/function.state.js';
import { refusal } from '../refusal.js';
import { MOST_TAGS, type FunctionTag } from './function-tag.js';

export interface PutTags {
  readonly urn: string;
  readonly tags: readonly FunctionTag[];
}

export interface RemoveTags {
  readonly urn: string;
  /** A tag without a value goes whatever value it has. */
  readonly tags: readonly { readonly key: string; readonly value: string | undefined }[];
}

/** A key the function has keeps its place and gets the new value; new keys follow. */
function decidePut(state: FunctionState, { urn, tags }: PutTags): readonly FunctionEvent[] {
  const active = requireActive(state, urn);
  const given = new Map(tags.map(({ key, value }) => [key, value]));
  const kept = active.tags.map(({ key, value }) => ({ key, value: given.get(key) ?? value }));
  const added = tags.filter(({ key }) => !active.tags.some((tag) => tag.key === key));
  const after = [...kept, ...added.map(({ key, value }) => ({ key, value }))];
  if (after.length > MOST_TAGS) {
    throw refusal(
      'quota_exceeded',
      'FSS.0403',
      'TAG_QUOTA_EXCEEDED',
      `The function would have ${after.length} tags, and ${MOST_TAGS} is the most it may have. Take off those it no longer needs.`,
    );
  }
  return changed(active, after);
}

/** What is not there need not be taken off. */
function decideRemoval(state: FunctionState, { urn, tags }: RemoveTags): readonly FunctionEvent[] {
  const active = requireActive(state, urn);
  const meant = (tag: FunctionTag): boolean => tags.some(({ key, value }) => key === tag.key && (value === undefined || value === tag.value));
  return changed(active, active.tags.filter((tag) => !meant(tag)));
}

function requireActive(state: FunctionState, urn: string): ActiveFunction {
  if (state.status !== 'active') throw functionMissing(urn);
  return state;
}

function changed({ function: { funcId, domainId }, tags: before }: ActiveFunction, tags: readonly FunctionTag[]): readonly FunctionEvent[] {
  const same = before.length === tags.length && before.every(({ key, value }, index) => tags[index]?.key === key && tags[index]?.value === value);
  return same ? [] : [{ type: 'FunctionTagsChanged', data: { of: { funcId, domainId }, tags } }];
}

export const putTags = { initial: NO_FUNCTION, decide: decidePut, evolve: evolveFunction };
export const removeTags = { initial: NO_FUNCTION, decide: decideRemoval, evolve: evolveFunction };
