import { connectionOptions } from './connection-fields.js';
import { parseFieldLines } from './field-lines.js';
import { isFieldValue } from './field-syntax.js';
import { declaredFraming, NO_BODY, type BodyFraming, type HttpVersion } from './framing.js';
import { DEFAULT_HEAD_LIMITS, type HeadLimits } from './head-limits.js';
import type { HeaderList } from './header-list.js';
import { Http1Error } from './http1-error.js';
import { LastHead } from './last-head.js';
import { bytesFrom, LineBlockReader } from './line-block-reader.js';
import { parseVersion } from './request-head.js';

export interface ResponseHead {
  /** 100 to 599. Below 200 the response is interim: another head follows, except after 101. */
  readonly status: number;
  readonly reasonPhrase: string;
  readonly version: HttpVersion;
  readonly headers: HeaderList;
  readonly body: BodyFraming;
  /** Whether the connection can carry another request afterwards. */
  readonly keepAlive: boolean;
  /** The protocol switched to, in lower case, when the status is 101. */
  readonly upgrade: string | undefined;
}

/** Reads response heads from pieces of any size. After a head it is ready for the next one; after an error it is not. */
export class ResponseHeadParser {
  private readonly block: LineBlockReader;
  private readonly maxFields: number;
  private readonly last = new LastHead<ResponseHead>();
  /** What the last head answered, which it is read by. */
  private lastMethod = '';

  constructor(limits: Partial<HeadLimits> = {}) {
    const { maxHeadBytes, maxStartLineBytes, maxFields } = { ...DEFAULT_HEAD_LIMITS, ...limits };
    this.maxFields = maxFields;
    this.block = new LineBlockReader({
      maxBytes: maxHeadBytes,
      maxFirstLineBytes: maxStartLineBytes,
      tooLarge: 'HEAD_TOO_LARGE',
      firstLineTooLong: 'START_LINE_TOO_LONG',
      skipEmptyLine: false,
    });
  }

  /** Whether a head has begun and is not complete. */
  get started(): boolean {
    return this.block.started;
  }

  /** Whether `read` answers the same object when these bytes come again to the same method. */
  keeps(head: ResponseHead): boolean {
    return this.last.keeps(head);
  }

  /**
   * The head and the bytes that follow it, or undefined while it is incomplete. `requestMethod` is the method of the request
   * that is answered: it decides whether there is a body. Throws Http1Error.
   */
  read(piece: Buffer, requestMethod: string): { head: ResponseHead; rest: Buffer } | undefined {
    const inOnePiece = !this.block.started;
    const same = inOnePiece && requestMethod === this.lastMethod ? this.last.sizeIn(piece) : 0;
    if (same > 0) return { head: this.last.value, rest: bytesFrom(piece, same) };
    const block = this.block.read(piece);
    if (block === undefined) return undefined;
    const head = parseResponseHead(block.text, requestMethod, this.maxFields);
    if (inOnePiece) {
      this.last.remember(piece, piece.length - block.rest.length, head);
      this.lastMethod = requestMethod;
    }
    return { head, rest: block.rest };
  }
}

function parseResponseHead(text: string, requestMethod: string, maxFields: number): ResponseHead {
  const lineEnd = text.indexOf('\r\n');
  const { version, status, reasonPhrase } = parseStatusLine(text.slice(0, Math.max(lineEnd, 0)));
  const headers = parseFieldLines(text, lineEnd + 2, maxFields);
  const body = responseFraming(headers, version, status, requestMethod);
  const { keepAlive, upgrade } = connectionOptions(headers, version);
  return {
    status,
    reasonPhrase,
    version,
    headers,
    body,
    keepAlive: keepAlive && body.kind !== 'until-close' && status !== 101,
    upgrade: status === 101 ? upgrade : undefined,
  };
}

function parseStatusLine(line: string): { version: HttpVersion; status: number; reasonPhrase: string } {
  const match = /^(HTTP\/[^ ]+) ([0-9]{3})(?: (.*))?$/s.exec(line);
  if (match === null) throw new Http1Error('BAD_START_LINE', 'The status line is malformed.');
  const [, protocol, digits, reasonPhrase = ''] = match as unknown as [string, string, string, string | undefined];
  const version = parseVersion(protocol);
  const status = Number(digits);
  if (status < 100 || status > 599) throw new Http1Error('BAD_START_LINE', `The status code ${digits} is not between 100 and 599.`);
  if (!isFieldValue(reasonPhrase)) throw new Http1Error('BAD_START_LINE', 'The reason phrase holds a control character.');
  return { version, status, reasonPhrase };
}

/** RFC 9112, 6.3, in its order. The declared framing is checked even where the status says that there is no body. */
function responseFraming(headers: HeaderList, version: HttpVersion, status: number, requestMethod: string): BodyFraming {
  const declared = declaredFraming(headers, version);
  if (requestMethod === 'HEAD' || status < 200 || status === 204 || status === 304) return NO_BODY;
  if (requestMethod === 'CONNECT' && status < 300) return NO_BODY;
  return declared ?? { kind: 'until-close' };
}
