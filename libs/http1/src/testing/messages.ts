import fc from 'fast-check';

// Messages for property tests: well formed, nearly well formed, and broken on purpose.

// Names that mean nothing to HTTP: the meaningful ones are added on purpose.
const token = fc.stringMatching(/^[xX][A-Za-z0-9_!#$%&'*+.^`|~-]{1,12}$/);
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const path = fc.stringMatching(/^\/[A-Za-z0-9/._~%-]{0,20}(\?[A-Za-z0-9=&%]{0,12})?$/);
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH');
const payload = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 60 });

const plainField = fc.tuple(token, value).map(([name, text]) => `${name}: ${text}\r\n`);
const plainFields = fc.array(plainField, { maxLength: 6 }).map((lines) => lines.join(''));

const extension = fc.constantFrom('', '', '', ';a', ';a=b', ';a="b c"');
const chunks = fc
  .tuple(fc.array(fc.tuple(payload.filter((text) => text !== ''), extension), { maxLength: 4 }), plainFields)
  .map(([parts, trailers]) => {
    const body = parts.map(([text, ext]) => `${text.length.toString(16)}${ext}\r\n${text}\r\n`).join('');
    return { field: 'Transfer-Encoding: chunked\r\n', body: `${body}0\r\n${trailers}\r\n` };
  });
const counted = payload.map((text) => ({ field: `Content-Length: ${text.length}\r\n`, body: text }));
const none = fc.constant({ field: '', body: '' });
const framed = fc.oneof(none, counted, chunks);
const connection = fc.constantFrom('', '', 'Connection: close\r\n', 'Connection: keep-alive\r\n', 'Connection: close, x-y\r\n');

/** A request that must be accepted. */
export const goodRequest = fc
  .tuple(method, path, fc.constantFrom('1.1', '1.1', '1.0'), plainFields, connection, framed)
  .filter(([, , version, , , { field }]) => version === '1.1' || !field.startsWith('Transfer'))
  .map(([verb, target, version, fields, conn, { field, body }]) =>
    `${verb} ${target} HTTP/${version}\r\nHost: example.com\r\n${fields}${conn}${field}\r\n${body}`,
  );

/** A response that must be accepted. */
export const goodResponse = fc
  .tuple(fc.constantFrom(200, 201, 404, 500, 503), fc.constantFrom(' OK', ' ', ' Not Found'), plainFields, connection, framed)
  .map(([status, reason, fields, conn, { field, body }]) => `HTTP/1.1 ${status}${reason}\r\n${fields}${conn}${field}\r\n${body}`);

// What smuggling is made of.
const poison = fc.constantFrom(
  'Content-Length: 3\r\n', 'Content-Length: +3\r\n', 'Content-Length: 0x3\r\n', 'Content-Length: 3 3\r\n', 'Content-Length:\r\n',
  'Content-Length: 3, 3\r\n', 'Content-Length: -1\r\n', 'Content-Length: 3\n', 'content-length : 3\r\n', ' Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: xchunked\r\n', 'Transfer-Encoding: chunked, identity\r\n',
  'Transfer-Encoding : chunked\r\n', 'Transfer-Encoding:\tchunked\r\n', 'Transfer-Encoding: chunked\t\r\n', 'Content-Length: 3\t\r\n', 'Transfer-Encoding: \x0bchunked\r\n', 'Transfer-Encoding:\r\n chunked\r\n',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', 'Host: other\r\n', 'Host:\r\n', 'X: a\rb\r\n', 'X: a\x00b\r\n', 'X: a\nY: b\r\n',
  ': novalue\r\n', 'no colon\r\n', 'X\x01: 1\r\n', 'Expect: 100-continue\r\n', 'Upgrade: websocket\r\nConnection: upgrade\r\n', '\r\r\n', '\n',
);

type Edit = { at: number; kind: 'insert' | 'delete' | 'replace' | 'poison'; byte: number; text: string };
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('insert', 'delete', 'replace', 'poison'),
  byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 9, 10, 13, 32, 44, 58, 59, 0x30, 0x66)),
  text: poison,
});

function apply(text: string, { at, kind, byte, text: lines }: Edit): string {
  const place = at % (text.length + 1);
  const character = String.fromCharCode(byte);
  if (kind === 'insert') return text.slice(0, place) + character + text.slice(place);
  if (kind === 'delete') return text.slice(0, place) + text.slice(place + 1);
  if (kind === 'replace') return text.slice(0, place) + character + text.slice(place + 1);
  // Poison goes in as a line of its own, so that it more often meets a message that is otherwise sound.
  const ends = [...text.matchAll(/\r\n/g)].map((match) => match.index + 2);
  const line = ends[at % Math.max(ends.length, 1)] ?? 0;
  return text.slice(0, line) + lines + text.slice(line);
}

/** A message with one to three edits: refused, or still fine, or fine in another way. */
export function mutated(source: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(source, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) => edits.reduce(apply, text));
}
