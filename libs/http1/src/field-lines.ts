import { isFieldValue, isToken, trimWhitespace } from './field-syntax.js';
import { HeaderList, type HeaderField } from './header-list.js';
import { Http1Error } from './http1-error.js';

/** Parses the field lines of `text` from `start` to its end (RFC 9112, 5). Every line ends with CR LF. */
export function parseFieldLines(text: string, start: number, maxFields: number): HeaderList {
  const fields: HeaderField[] = [];
  const lowerNames: string[] = [];
  for (let lineStart = start; lineStart < text.length; ) {
    const lineEnd = text.indexOf('\r\n', lineStart);
    if (fields.length === maxFields) {
      throw new Http1Error('TOO_MANY_FIELDS', `There are more than ${maxFields} header fields.`);
    }
    const field = parseFieldLine(text.slice(lineStart, lineEnd));
    fields.push(field);
    lowerNames.push(field[0].toLowerCase());
    lineStart = lineEnd + 2;
  }
  return new HeaderList(fields, lowerNames);
}

function parseFieldLine(line: string): HeaderField {
  if (line.startsWith(' ') || line.startsWith('\t')) {
    throw new Http1Error('FOLDED_FIELD', 'A header line starts with whitespace: folded header fields are refused.');
  }
  const colon = line.indexOf(':');
  if (colon === -1) throw new Http1Error('BAD_FIELD_NAME', 'A header line has no colon.');
  const name = line.slice(0, colon);
  if (!isToken(name)) {
    throw new Http1Error('BAD_FIELD_NAME', 'A header field name is empty or holds a character that names may not have.');
  }
  const value = trimWhitespace(line.slice(colon + 1));
  if (!isFieldValue(value)) {
    throw new Http1Error('BAD_FIELD_VALUE', `The value of the header field ${name} holds a control character.`);
  }
  return [name, value];
}
