import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** Far deeper than any documented body, and shallow enough for whoever reads it here. */
export const MOST_LEVELS = 64;
/** Protobuf readers go 100 messages deep, and an object in free-form JSON is three: a field, its value, the object in it. */
export const MOST_FORWARDED_LEVELS = 30;

// Text decoded from UTF-8 is whole; half a character can only come from an escape such as "\ud800".
const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;
const HALF_CHARACTER = /\p{Cs}/u;

export type ParsedJson = { readonly ok: true; readonly value: JsonValue | undefined } | { readonly ok: false; readonly problem: string };

/**
 * JSON text in UTF-8, whatever the content type says: official clients send several. An empty body is no value.
 * Nesting is bounded, and keys that would reach a JavaScript prototype are refused.
 */
export function parseJson(bytes: Uint8Array, mostLevels = MOST_LEVELS): ParsedJson {
  let text: string;
  let value: JsonValue;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.trim() === '') return { ok: true, value: undefined };
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    return { ok: false, problem: error instanceof SyntaxError ? 'the body is no JSON' : 'the body is not UTF-8' };
  }
  const problem = problemOf(value, ESCAPED_SURROGATE.test(text), mostLevels);
  return problem === undefined ? { ok: true, value } : { ok: false, problem };
}

/** Walks level by level, not by recursion: the depth is what is being checked. */
function problemOf(value: JsonValue, checkText: boolean, mostLevels: number): string | undefined {
  let level: JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > mostLevels) return `the body is nested more than ${mostLevels} levels deep`;
    const next: JsonValue[] = [];
    for (const item of level) {
      if (checkText && typeof item === 'string' && HALF_CHARACTER.test(item)) return 'the body holds text that is not valid Unicode';
      // "1e999" is JSON, but no number that can be passed on.
      if (typeof item === 'number' && !Number.isFinite(item)) return 'the body holds a number that is too large';
      if (typeof item !== 'object' || item === null) continue;
      if (Object.hasOwn(item, '__proto__')) return 'the key "__proto__" is not allowed';
      if (checkText) next.push(Object.keys(item).join());
      // Not `push(...)`: a list may hold more items than a call takes arguments.
      for (const child of Object.values(item)) next.push(child as JsonValue);
    }
    level = next;
  }
  return undefined;
}

export function isJsonObject(json: JsonValue): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
