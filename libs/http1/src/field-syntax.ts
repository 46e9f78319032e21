// The alphabets of RFC 9110 (5.5 and 5.6.2), over strings that hold one byte per character.

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const OUTSIDE_FIELD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** No control characters but the tab, and nothing above one byte: a larger code would be cut to a byte when it is written. */
export function isFieldValue(text: string): boolean {
  return !OUTSIDE_FIELD_VALUE.test(text);
}

/** One field line with its ending. Throws RangeError for a field that would change the message's structure. */
export function fieldLine(name: string, value: string): string {
  if (!isToken(name) || !isFieldValue(value)) throw new RangeError(`The header field ${JSON.stringify(name)} is malformed.`);
  return `${name}: ${value}\r\n`;
}

/** The members of comma-separated lists spread over any number of field lines, trimmed, without empty members. */
export function listMembers(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',').map(trimWhitespace)).filter((member) => member !== '');
}

/** Strips optional whitespace as HTTP defines it: spaces and tabs, nothing else. */
export function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespace(text.charCodeAt(start))) start += 1;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
