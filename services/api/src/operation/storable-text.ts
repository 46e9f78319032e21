import type { Message } from '@bufbuild/protobuf';
import { edgeError } from '../error/index.js';
import type { Operation } from './operation.js';

/**
 * Refuses a request with a NUL character in its text as "invalid", naming the field: no database takes one. An event that is
 * only passed on to a function may hold anything.
 */
export function requireStorableText(operation: Operation, request: Message): void {
  for (const field of operation.input.fields) {
    if (operation.adapter === 'invocation' && field.name === operation.body) continue;
    if (!holdsNul((request as unknown as Record<string, unknown>)[field.localName])) continue;
    throw edgeError(operation, 'malformed', 'REQUEST_MALFORMED', `The request is malformed: the text of "${field.name}" holds a NUL character.`);
  }
}

/** Messages are as deep as their readers allow, which bounds the recursion. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return Object.entries(value).some(([key, item]) => key.includes('\0') || holdsNul(item));
}
