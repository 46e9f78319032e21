import { serializeFields } from './body-encoder.js';
import { isFieldValue, isToken } from './field-syntax.js';
import type { HeaderField } from './header-list.js';

const OUTSIDE_TARGET = /[^\x21-\x7e]/;

/** Writes a request head in HTTP/1.1. Throws RangeError for anything that would change the message's structure. */
export function serializeRequestHead(method: string, target: string, fields: Iterable<HeaderField>): Buffer {
  return Buffer.from(`${requestLine(method, target)}${serializeFields(fields)}\r\n`, 'latin1');
}

/** The first line of a request, with its ending. Throws RangeError as above. Field lines and an empty line follow. */
export function requestLine(method: string, target: string): string {
  if (!isToken(method)) throw new RangeError('The request method is malformed.');
  if (target === '' || OUTSIDE_TARGET.test(target)) throw new RangeError('The request target is malformed.');
  return `${method} ${target} HTTP/1.1\r\n`;
}

/** Writes a response head in HTTP/1.1. Throws RangeError for anything that would change the message's structure. */
export function serializeResponseHead(status: number, reasonPhrase: string, fields: Iterable<HeaderField>): Buffer {
  return Buffer.from(`${statusLine(status, reasonPhrase)}${serializeFields(fields)}\r\n`, 'latin1');
}

/** The first line of a response, with its ending. Throws RangeError as above. Field lines and an empty line follow. */
export function statusLine(status: number, reasonPhrase: string): string {
  if (!Number.isInteger(status) || status < 100 || status > 599) throw new RangeError(`The status ${status} does not exist.`);
  if (!isFieldValue(reasonPhrase)) throw new RangeError('The reason phrase is malformed.');
  return `HTTP/1.1 ${status} ${reasonPhrase}\r\n`;
}
