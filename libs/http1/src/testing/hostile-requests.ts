/** A request, or several, that somebody might send to make two readers disagree on where a message ends. */
export interface HostileRequest {
  readonly name: string;
  /** One character per byte. */
  readonly text: string;
  /** What happens to it: refused with this status, or read as so many requests (the rest, if any, is incomplete or refused). */
  readonly expected: { readonly refused: number } | { readonly requests: number };
}

const refused = (status: number, cases: Readonly<Record<string, string>>): HostileRequest[] =>
  Object.entries(cases).map(([name, text]) => ({ name, text, expected: { refused: status } }));
const read = (requests: number, cases: Readonly<Record<string, string>>): HostileRequest[] =>
  Object.entries(cases).map(([name, text]) => ({ name, text, expected: { requests } }));

/** All of them, to paths below `prefix`. */
export function hostileRequests(prefix: string): readonly HostileRequest[] {
  /** A second request, as it would be smuggled in a body. */
  const smuggled = `GET ${prefix}/smuggled HTTP/1.1\r\nHost: h\r\n\r\n`;
  const post = (fields: string, body = ''): string => `POST ${prefix}/x HTTP/1.1\r\nHost: h\r\n${fields}\r\n${body}`;
  const get = (fields = '', line = `GET ${prefix}/x HTTP/1.1\r\n`): string => `${line}Host: h\r\n${fields}\r\n`;
  const chunked = (body: string, fields = ''): string => post(`Transfer-Encoding: chunked\r\n${fields}`, body);
  return [
    // A length and a coding: the one counts for some readers, the other for others.
    ...refused(400, {
      'CL.TE': post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nG'),
      'CL.TE with a whole request behind the last chunk': post(`Content-Length: ${5 + smuggled.length}\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${smuggled}`),
      'TE.CL': post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`),
      'TE.CL with length 0': post('Transfer-Encoding: chunked\r\nContent-Length: 0\r\n', '0\r\n\r\n'),
      'CL.TE where the length is in a second line of the same name': post('Content-Length: 3\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    }),
    // Codings that some readers take for "chunked" and others for nothing.
    ...refused(501, {
      'TE.TE: xchunked': post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
      'TE.TE: chunked, identity': post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'),
      'TE.TE: identity, chunked': post('Transfer-Encoding: identity, chunked\r\n', '0\r\n\r\n'),
      'TE.TE: chunked, chunked': post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'),
      'TE.TE: gzip, chunked': post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
      'TE.TE: quoted': post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n'),
      'TE.TE: with a parameter': post('Transfer-Encoding: chunked;q=1\r\n', '0\r\n\r\n'),
      'TE.TE: with a comma before': post('Transfer-Encoding: ,chunked\r\n', '0\r\n\r\n'),
      'TE.TE: with a comma behind': post('Transfer-Encoding: chunked,\r\n', '0\r\n\r\n'),
      'TE.TE: identity alone': post('Transfer-Encoding: identity\r\n', 'abc'),
      'TE.TE: nothing at all': post('Transfer-Encoding:\r\n', '0\r\n\r\n'),
      'TE.TE: cow': post('Transfer-Encoding: cow\r\n', '0\r\n\r\n'),
      'TE.TE: a letter above ASCII that folds to k': post('Transfer-Encoding: chun\xe2\x84\xaaed\r\n', '0\r\n\r\n'),
    }),
    ...refused(400, {
      'TE.TE: two lines': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
      'TE.TE: two lines, the second one unknown': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n', '0\r\n\r\n'),
      'TE.TE: two lines, the first one identity': post('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
      'TE.TE: a space before the colon': post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'),
      'TE.TE: a tab before the colon': post('Transfer-Encoding\t: chunked\r\n', '0\r\n\r\n'),
      'TE.TE: a space before the name': post(' Transfer-Encoding: chunked\r\n', '0\r\n\r\n'),
      'TE.TE: a tab before the value': post('Transfer-Encoding:\tchunked\r\n', '0\r\n\r\n'),
      'TE.TE: a tab behind the value': post('Transfer-Encoding: chunked\t\r\n', '0\r\n\r\n'),
      'TE.TE: a space behind the value': post('Transfer-Encoding: chunked \r\n', '0\r\n\r\n'),
      'TE.TE: two spaces before the value': post('Transfer-Encoding:  chunked\r\n', '0\r\n\r\n'),
      'TE.TE: a vertical tab before the value': post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'),
      'TE.TE: a form feed behind the value': post('Transfer-Encoding: chunked\x0c\r\n', '0\r\n\r\n'),
      'TE.TE: a NUL behind the value': post('Transfer-Encoding: chunked\0\r\n', '0\r\n\r\n'),
      'TE.TE: a NUL in the name': post('Transfer\0-Encoding: chunked\r\n', '0\r\n\r\n'),
      'TE.TE: folded': post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'),
      'TE.TE: hidden behind a folded line': post('X: y\r\n Transfer-Encoding: chunked\r\n', '0\r\n\r\n'),
      'TE.TE: behind a bare CR': post('X: y\rTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
      'TE.TE: behind a bare LF': post('X: y\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
      'TE.TE: with a bare LF': post('Transfer-Encoding: chunked\n', '0\r\n\r\n'),
      'TE.TE: with CR CR LF': post('Transfer-Encoding: chunked\r\r\n', '0\r\n\r\n'),
      'TE in HTTP/1.0': `POST ${prefix}/x HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'TE in HTTP/1.0 that is kept alive': `POST ${prefix}/x HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    }),
    // Lengths.
    ...refused(400, {
      'two lengths': post('Content-Length: 3\r\nContent-Length: 5\r\n', 'abcde'),
      'two lengths that are the same': post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'),
      'two lengths in different case': post('Content-Length: 3\r\ncontent-length: 3\r\n', 'abc'),
      'a list of lengths': post('Content-Length: 3, 3\r\n', 'abc'),
      'a list of different lengths': post('Content-Length: 3,5\r\n', 'abcde'),
      'a length with a sign': post('Content-Length: +3\r\n', 'abc'),
      'a negative length': post('Content-Length: -3\r\n', 'abc'),
      'a negative zero': post('Content-Length: -0\r\n'),
      'a hexadecimal length': post('Content-Length: 0x3\r\n', 'abc'),
      'an octal length': post('Content-Length: 0o3\r\n', 'abc'),
      'a length with a point': post('Content-Length: 3.0\r\n', 'abc'),
      'a length with an exponent': post('Content-Length: 3e0\r\n', 'abc'),
      'a length with an underscore': post('Content-Length: 1_0\r\n', 'abcdefghij'),
      'a length with a space in it': post('Content-Length: 3 5\r\n', 'abcde'),
      'a length with words behind it': post('Content-Length: 3 bytes\r\n', 'abc'),
      'an empty length': post('Content-Length:\r\n'),
      'a quoted length': post('Content-Length: "3"\r\n', 'abc'),
      'a length in Arabic digits': post('Content-Length: \xd9\xa3\r\n', 'abc'),
      'a space before the colon of the length': post('Content-Length : 3\r\n', 'abc'),
      'a tab before the length': post('Content-Length:\t3\r\n', 'abc'),
      'a space behind the length': post('Content-Length: 3 \r\n', 'abc'),
      'a folded length': post('Content-Length:\r\n 3\r\n', 'abc'),
      'a NUL behind the length': post('Content-Length: 3\0\r\n', 'abc'),
      'a length behind a NUL in the line before': post('X: y\0\r\nContent-Length: 3\r\n', 'abc'),
    }),
    ...refused(413, {
      'a length beyond 64 bits': post('Content-Length: 18446744073709551619\r\n', 'abc'),
      'a length beyond what a double holds': post('Content-Length: 9007199254740993\r\n', 'abc'),
    }),
    ...read(1, {
      'a length with leading zeros': post('Content-Length: 0003\r\n', 'abc'),
      'a length without a space before it': post('Content-Length:3\r\n', 'abc'),
      'an underscore in the name of the length, which is another field': post('Content_Length: 100\r\nContent-Length: 3\r\n', 'abc'),
      'an underscore in the name of the coding, which is another field': post('Transfer_Encoding: chunked\r\nContent-Length: 3\r\n', 'abc'),
      'a length that Connection names': post('Connection: Content-Length\r\nContent-Length: 3\r\n', 'abc'),
      'a coding that Connection names': chunked('3\r\nabc\r\n0\r\n\r\n', 'Connection: Transfer-Encoding\r\n'),
      'a GET with a body': `GET ${prefix}/x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc`,
      'a coding in capitals': post('TRANSFER-ENCODING: CHUNKED\r\n', '3\r\nabc\r\n0\r\n\r\n'),
    }),
    // A request that looks like another one's body is a body; behind a body of length 0 it is a request.
    ...read(1, { 'a request inside a declared body': post(`Content-Length: ${smuggled.length}\r\n`, smuggled) }),
    ...read(1, { 'a request inside a chunk': chunked(`${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`) }),
    ...read(2, {
      'CL.0: a request behind a body of length 0': post('Content-Length: 0\r\n', smuggled),
      'a request behind a request without a length': post('', smuggled),
      'a request behind a last chunk': chunked(`0\r\n\r\n${smuggled}`),
      'a request behind a HEAD with a length': `HEAD ${prefix}/x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc${smuggled}`,
      'an empty line between two requests': `${get()}\r\n${smuggled}`,
    }),
    // Chunks.
    ...refused(400, {
      'a size with 0x': chunked('0x3\r\nabc\r\n0\r\n\r\n'),
      'a size with a sign': chunked('+3\r\nabc\r\n0\r\n\r\n'),
      'a negative size': chunked('-1\r\nabc\r\n0\r\n\r\n'),
      'a size beyond 32 bits': chunked('100000003\r\nabc\r\n0\r\n\r\n'),
      'a size beyond 64 bits': chunked('10000000000000003\r\nabc\r\n0\r\n\r\n'),
      'a size with an underscore': chunked('0_3\r\nabc\r\n0\r\n\r\n'),
      'an empty size': chunked('\r\nabc\r\n0\r\n\r\n'),
      'a size with a space before it': chunked(' 3\r\nabc\r\n0\r\n\r\n'),
      'a size with a space behind it': chunked('3 \r\nabc\r\n0\r\n\r\n'),
      'a size with a tab behind it': chunked('3\t\r\nabc\r\n0\r\n\r\n'),
      'a size that ends with LF alone': chunked('3\nabc\r\n0\r\n\r\n'),
      'a size that ends with CR alone': chunked('3\rabc\r\n0\r\n\r\n'),
      'data that ends with LF alone': chunked('3\r\nabc\n0\r\n\r\n'),
      'data that ends with CR alone': chunked('3\r\nabc\r0\r\n\r\n'),
      'data that ends with nothing': chunked('3\r\nabc0\r\n\r\n'),
      'data that is longer than its size': chunked('3\r\nabcd\r\n0\r\n\r\n'),
      'an extension that ends with LF alone': chunked('3;a\nabc\r\n0\r\n\r\n'),
      'an extension that hides a line end': chunked('3;a="\n"\r\nabc\r\n0\r\n\r\n'),
      'an extension with a NUL': chunked('3;a=\0\r\nabc\r\n0\r\n\r\n'),
      'an extension without a name': chunked('3;\r\nabc\r\n0\r\n\r\n'),
      'an extension that holds a size of its own': chunked('3;\r5\r\nabc\r\n0\r\n\r\n'),
      'an extension that never ends': chunked(`3;a=${'x'.repeat(2_000)}\r\nabc\r\n0\r\n\r\n`),
      'a last chunk that ends with LF alone': chunked('0\n\n'),
      'a trailer that ends with LF alone': chunked('0\r\nX: 1\n\r\n'),
      'a trailer that is folded': chunked('0\r\nX: 1\r\n 2\r\n\r\n'),
      'a trailer with a space before the colon': chunked('0\r\nX : 1\r\n\r\n'),
      'a trailer that says how long the body is': chunked('0\r\nContent-Length: 50\r\n\r\n'),
      'a trailer that says how the body is coded': chunked('0\r\nTransfer-Encoding: chunked\r\n\r\n'),
      'a trailer that says which host is meant': chunked('0\r\nHost: other\r\n\r\n'),
      'a trailer without a colon': chunked('0\r\nGET / HTTP/1.1\r\n\r\n'),
    }),
    ...read(1, {
      'a size with leading zeros': chunked('0003\r\nabc\r\n000\r\n\r\n'),
      'a size in capitals': chunked(`A\r\nabcdefghij\r\n0\r\n\r\n`),
      'an extension': chunked('3;a=b;c="d e"\r\nabc\r\n0;z\r\n\r\n'),
      'a trailer': chunked('3\r\nabc\r\n0\r\nX: 1\r\n\r\n'),
    }),
    // Lines.
    ...refused(400, {
      'lines that end with LF alone': `GET ${prefix}/x HTTP/1.1\nHost: h\n\n`,
      'lines that end with CR alone': `GET ${prefix}/x HTTP/1.1\rHost: h\r\r\n\r\n`,
      'an empty line that ends with LF alone': `GET ${prefix}/x HTTP/1.1\r\nHost: h\r\n\n`,
      'two empty lines before the request': `\r\n\r\n${get()}`,
      'a folded field': get('X: 1\r\n 2\r\n'),
      'a folded field with a tab': get('X: 1\r\n\t2\r\n'),
      'a first field that is folded': `GET ${prefix}/x HTTP/1.1\r\n Host: h\r\n\r\n`,
      'a field without a name': get(': 1\r\n'),
      'a field without a colon': get('X\r\n'),
      'a field with a space in its name': get('X Y: 1\r\n'),
      'a field with a space before its colon': get('X : 1\r\n'),
      'a field with a NUL': get('X: a\0b\r\n'),
      'a field with a bare CR': get('X: a\rb\r\n'),
      'a field with a control character': get('X: a\x01b\r\n'),
      'a field with DEL': get('X: a\x7fb\r\n'),
      'a name above ASCII': get('X\xe9: 1\r\n'),
      'a request line with two spaces': get('', `GET  ${prefix}/x HTTP/1.1\r\n`),
      'a request line with a tab': get('', `GET\t${prefix}/x\tHTTP/1.1\r\n`),
      'a request line with a space behind it': get('', `GET ${prefix}/x HTTP/1.1 \r\n`),
      'a request line with a space before it': get('', ` GET ${prefix}/x HTTP/1.1\r\n`),
      'a request line with a space in the path': get('', `GET ${prefix}/x y HTTP/1.1\r\n`),
      'a request line with a NUL in the path': get('', `GET ${prefix}/x\0 HTTP/1.1\r\n`),
      'a request line with a fragment': get('', `GET ${prefix}/x#y HTTP/1.1\r\n`),
      'a path above ASCII': get('', `GET ${prefix}/\xe9 HTTP/1.1\r\n`),
      'a method with a separator': get('', `GE(T ${prefix}/x HTTP/1.1\r\n`),
      'HTTP/0.9': `GET ${prefix}/x\r\n\r\n`,
      'a version without a number': get('', `GET ${prefix}/x HTTP/\r\n`),
      'a version with a space': get('', `GET ${prefix}/x HTTP/1. 1\r\n`),
      'a version in small letters': get('', `GET ${prefix}/x http/1.1\r\n`),
      'a version with many digits': get('', `GET ${prefix}/x HTTP/1.11\r\n`),
      'a response': 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    }),
    ...refused(505, {
      'HTTP/1.2': get('', `GET ${prefix}/x HTTP/1.2\r\n`),
      'HTTP/2.0': get('', `GET ${prefix}/x HTTP/2.0\r\n`),
      'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'HTTP/0.9 in the form of a later version': get('', `GET ${prefix}/x HTTP/0.9\r\n`),
    }),
    // Hosts.
    ...refused(400, {
      'no Host': `GET ${prefix}/x HTTP/1.1\r\n\r\n`,
      'two Hosts': get('Host: other\r\n'),
      'two Hosts that are the same': get('Host: h\r\n'),
      'a Host with a space': `GET ${prefix}/x HTTP/1.1\r\nHost: h other\r\n\r\n`,
      'a Host with a path': `GET ${prefix}/x HTTP/1.1\r\nHost: h/other\r\n\r\n`,
      'a Host with a user': `GET ${prefix}/x HTTP/1.1\r\nHost: u@h\r\n\r\n`,
      'a list of Hosts': `GET ${prefix}/x HTTP/1.1\r\nHost: h, other\r\nHost: h\r\n\r\n`,
      'a Host with a space before its colon': `GET ${prefix}/x HTTP/1.1\r\nHost : h\r\n\r\n`,
      'a target that names another host': `GET http://other${prefix}/x HTTP/1.1\r\nHost: h\r\n\r\n`,
      'a target of another scheme': `GET file://${prefix}/x HTTP/1.1\r\nHost: h\r\n\r\n`,
      'a target with a user': `GET http://u@h${prefix}/x HTTP/1.1\r\nHost: h\r\n\r\n`,
      'a target that is a host and a port': 'GET h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n',
      'a target that is a relative path': `GET x HTTP/1.1\r\nHost: h\r\n\r\n`,
    }),
    ...read(1, {
      'a target that names the same host': `GET http://h${prefix}/x HTTP/1.1\r\nHost: h\r\n\r\n`,
      'a target that names the same host in capitals': `GET HTTP://H${prefix}/x HTTP/1.1\r\nHost: h\r\n\r\n`,
    }),
    // Other protocols and expectations.
    ...read(1, {
      h2c: get('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n'),
      'h2c with a body': post('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 3\r\n', 'abc'),
      'a WebSocket with a body': post('Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n', 'abc'),
      'an upgrade that Connection does not announce': get('Upgrade: websocket\r\n'),
    }),
    // What comes behind it may be of the other protocol.
    ...read(1, { 'h2c with a request behind it': get('Connection: Upgrade\r\nUpgrade: h2c\r\n') + smuggled }),
    ...refused(417, { 'an expectation nobody knows': post('Expect: 200-maybe\r\nContent-Length: 3\r\n', 'abc') }),
  ];
}
