/**
 * Fields of lines that are JSON objects. A field is named by its key, or by the keys that lead to it with dots between them; a
 * key that holds a dot itself is found by its whole name first.
 */

/** The object a line is, or undefined when it is none. */
export function jsonObject(content: string): Readonly<Record<string, unknown>> | undefined {
  if (!looksLikeJson(content)) return undefined;
  try {
    return JSON.parse(content) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Cheap and never wrong about an object. */
export function looksLikeJson(content: string): boolean {
  const first = content.charCodeAt(0);
  if (first === 0x7b) return true;
  return first <= 0x20 && /^[ \t\r\n]+\{/.test(content);
}

/** The value of a field, or undefined where the object has none. */
export function jsonField(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const key = name.slice(0, dot);
    const inner = Object.hasOwn(object, key) ? object[key] : undefined;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
    const found = jsonField(inner as Record<string, unknown>, name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A value as text that can be searched: text as itself, everything else as JSON. */
export function textOfValue(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value);
  } catch {
    // Nested more deeply than the engine writes.
    return '';
  }
}

// An escape, or a number that is written otherwise than it would be written again.
const IRREGULAR = /\\|\d[eE][+-]?\d|\.\d*0(?!\d)|\.0{6}|[\d.]{16}|-0/;

/**
 * Texts in which the words of the line's fields stand, where the line itself does not have them all: its JSON may spell them
 * with escapes, or numbers in another way.
 */
export function* textsOfFields(content: string): Generator<string> {
  const object = looksLikeJson(content) && IRREGULAR.test(content) ? jsonObject(content) : undefined;
  if (object === undefined) return;
  yield textOfValue(object);
  const open: unknown[] = [object];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) {
      yield textOfValue(value);
      continue;
    }
    if (!Array.isArray(value)) yield* Object.keys(value);
    for (const inner of Object.values(value)) open.push(inner);
  }
}
