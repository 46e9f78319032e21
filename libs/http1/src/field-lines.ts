import { isFieldValue, isToken, trimWhitespace } from './field-syntax.js';
import { HeaderList, type HeaderField } from './header-list.js';
import { Http1Error } from './http1-error.js';

const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

/** Parses the field lines of `text` from `start` to its end (RFC 9112, 5). Every line ends with CR LF. */
export function parseFieldLines(text: string, start: number, maxFields: number): HeaderList {
  const fields: HeaderField[] = [];
  const lowerNames: string[] = [];
  for (let lineStart = start; lineStart < text.length; ) {
    const lineEnd = text.indexOf('\r\n', lineStart);
    if (fields.length === maxFields) {
      throw new Http1Error('TOO_MANY_FIELDS', `There are more than ${maxFields} header fields.`);
    }
    const line = text.slice(lineStart, lineEnd);
    const field = parseFieldLine(line);
    const lowerName = field[0].toLowerCase();
    if (FRAMING.has(lowerName)) checkWrittenPlainly(line, field);
    fields.push(field);
    lowerNames.push(lowerName);
    lineStart = lineEnd + 2;
  }
  return new HeaderList(fields, lowerNames, true);
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

/**
 * Whitespace around a value has no meaning, and yet readers differ: node's parser, for one, does not recognise "chunked"
 * with a tab behind it. Fields that frame the body may have the customary space before the value and nothing else.
 */
function checkWrittenPlainly(line: string, [name, value]: HeaderField): void {
  if (line !== `${name}: ${value}` && line !== `${name}:${value}`) {
    throw new Http1Error('BAD_FIELD_VALUE', `The value of ${name} has unusual whitespace around it.`);
  }
}
