import { isDeepStrictEqual } from 'node:util';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json };
export type JsonObject = { readonly [member: string]: Json };

/** One field that differs. Absent where there was none before, or is none after. */
export interface FieldChange {
  readonly field: string;
  readonly old?: Json;
  readonly new?: Json;
}

/**
 * How two objects differ, field by field in alphabetical order: members of members by their path, lists as a whole. An
 * object that was not there before is told by its members.
 */
export function fieldChanges(before: JsonObject, after: JsonObject): readonly FieldChange[] {
  return [...changesBelow('', before, after)];
}

function* changesBelow(path: string, before: JsonObject, after: JsonObject): Generator<FieldChange> {
  for (const member of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const [old, now] = [own(before, member), own(after, member)];
    if (isDeepStrictEqual(old, now)) continue;
    const field = pathTo(path, member);
    if (isMembers(old) && isMembers(now)) yield* changesBelow(field, old, now);
    else if (isMembers(now) && old === undefined) yield* changesBelow(field, {}, now);
    else if (isMembers(old) && now === undefined) yield* changesBelow(field, old, {});
    else yield { field, ...(old === undefined ? {} : { old }), ...(now === undefined ? {} : { new: now }) };
  }
}

/** The same changes with the values of some fields, and of all below them, kept back. */
export function hideValues(changes: readonly FieldChange[], hidden: readonly string[]): readonly FieldChange[] {
  return changes.map((change) => {
    if (!hidden.some((field) => change.field === field || change.field.startsWith(`${field}.`) || change.field.startsWith(`${field}[`))) return change;
    return { field: change.field, ...(change.old === undefined ? {} : { old: '***' }), ...(change.new === undefined ? {} : { new: '***' }) };
  });
}

/** The value as JSON has it: what JSON drops is gone, and whole numbers of any size are numbers. */
export function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value, (_member, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner))) as JsonObject;
}

function own(object: JsonObject, member: string): Json | undefined {
  return Object.hasOwn(object, member) ? object[member] : undefined;
}

function pathTo(path: string, member: string): string {
  if (!/^[\w-]+$/.test(member)) return `${path}[${JSON.stringify(member)}]`;
  return path === '' ? member : `${path}.${member}`;
}

/** An empty object is a value of its own: it has no members that could tell of it. */
function isMembers(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}
