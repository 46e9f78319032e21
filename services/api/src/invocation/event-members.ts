import type { JsonValue } from '@bufbuild/protobuf';
import { WindlassError } from '@windlass/errors';

/** The members of an object that may be absent. */
export function members(value: JsonValue | undefined, name: string): [string, JsonValue][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw invalidEvent(name, 'an object');
  return Object.entries(value);
}

export function invalidEvent(member: string, expected: string): WindlassError {
  const message = `The event is malformed: "${member}" must be ${expected}.`;
  return new WindlassError({ kind: 'invalid', reason: 'EVENT_MALFORMED', code: 'FSS.0400', message });
}
