/** Where something stands in a text: UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the value of a field stands in a line that is a JSON object; fields are named as `jsonField` has it. */
export function spanOfField(json: string, name: string): Span | undefined {
  return fieldIn(json, afterBlanks(json, 0), name);
}

function fieldIn(json: string, at: number, name: string): Span | undefined {
  if (json[at] !== '{') return undefined;
  const members = membersOf(json, at);
  const whole = members.get(name);
  if (whole !== undefined) return whole;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const inner = members.get(name.slice(0, dot));
    const found = inner && fieldIn(json, inner.start, name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The values of an object by their keys; of those with the same key, the last, as everywhere. */
function membersOf(json: string, open: number): Map<string, Span> {
  const members = new Map<string, Span>();
  for (let at = afterBlanks(json, open + 1); json[at] === '"'; ) {
    const keyEnd = endOfString(json, at);
    const start = afterBlanks(json, afterBlanks(json, keyEnd) + 1);
    const end = endOfValue(json, start);
    members.set(JSON.parse(json.slice(at, keyEnd)) as string, { start, end });
    at = afterBlanks(json, end);
    if (json[at] === ',') at = afterBlanks(json, at + 1);
  }
  return members;
}

function endOfValue(json: string, start: number): number {
  if (json[start] === '"') return endOfString(json, start);
  let depth = 0;
  let at = start;
  while (at < json.length) {
    const character = json[at]!;
    if (character === '"') {
      at = endOfString(json, at);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (depth === 0 && ',}] \t\r\n'.includes(character)) return at;
    else if (character === '}' || character === ']') depth -= 1;
    at += 1;
    if (depth === 0 && (character === '}' || character === ']')) return at;
  }
  return at;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function afterBlanks(json: string, from: number): number {
  let at = from;
  while (at < json.length && ' \t\r\n'.includes(json[at]!)) at += 1;
  return at;
}
