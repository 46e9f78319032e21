import { serializeFields } from './body-encoder.js';
import { isFieldValue, isToken } from './field-syntax.js';
import type { HeaderField } from './header-list.js';

/** Writes a request head in HTTP/1.1. Throws RangeError for anything that would change the message's structure. */
export function serializeRequestHead(method: string, target: string, fields: Iterable<HeaderField>): Buffer {
  if (!isToken(method)) throw new RangeError('The request method is malformed.');
  if (target === '' || /[^\x21-\x7e]/.test(target)) throw new RangeError('The request target is malformed.');
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${serializeFields(fields)}\r\n`, 'latin1');
}

/** Writes a response head in HTTP/1.1. Throws RangeError for anything that would change the message's structure. */
export function serializeResponseHead(status: number, reasonPhrase: string, fields: Iterable<HeaderField>): Buffer {
  if (!Number.isInteger(status) || status < 100 || status > 599) throw new RangeError(`The status ${status} does not exist.`);
  if (!isFieldValue(reasonPhrase)) throw new RangeError('The reason phrase is malformed.');
  return Buffer.from(`HTTP/1.1 ${status} ${reasonPhrase}\r\n${serializeFields(fields)}\r\n`, 'latin1');
}
