import { connectionOptions } from './connection-fields.js';
import { parseFieldLines } from './field-lines.js';
import { isToken } from './field-syntax.js';
import { declaredFraming, NO_BODY, type BodyFraming, type HttpVersion } from './framing.js';
import { DEFAULT_HEAD_LIMITS, type HeadLimits } from './head-limits.js';
import type { HeaderList } from './header-list.js';
import { Http1Error } from './http1-error.js';
import { LastHead } from './last-head.js';
import { bytesFrom, LineBlockReader } from './line-block-reader.js';
import { checkHost, checkTarget } from './request-target.js';

export interface RequestHead {
  readonly method: string;
  /** As received, not decoded: origin form, absolute form, "*" for OPTIONS, host and port for CONNECT. */
  readonly target: string;
  readonly version: HttpVersion;
  readonly headers: HeaderList;
  /** Never `until-close`. */
  readonly body: BodyFraming;
  /** Whether the client wants to send another request afterwards. */
  readonly keepAlive: boolean;
  /** The client waits for an interim 100 before it sends the body. */
  readonly expectContinue: boolean;
  /** The protocol the client wants to switch to, in lower case ("websocket"); it may be ignored. */
  readonly upgrade: string | undefined;
}

/** Reads request heads from pieces of any size. After a head it is ready for the next one; after an error it is not. */
export class RequestHeadParser {
  private readonly block: LineBlockReader;
  private readonly maxFields: number;
  private readonly last = new LastHead<RequestHead>();

  constructor(limits: Partial<HeadLimits> = {}) {
    const { maxHeadBytes, maxStartLineBytes, maxFields } = { ...DEFAULT_HEAD_LIMITS, ...limits };
    this.maxFields = maxFields;
    this.block = new LineBlockReader({
      maxBytes: maxHeadBytes,
      maxFirstLineBytes: maxStartLineBytes,
      tooLarge: 'HEAD_TOO_LARGE',
      firstLineTooLong: 'START_LINE_TOO_LONG',
      skipEmptyLine: true,
    });
  }

  /** Whether a head has begun and is not complete. */
  get started(): boolean {
    return this.block.started;
  }

  /** Whether `read` answers the same object when these bytes come again: what is made of it can be kept with it. */
  keeps(head: RequestHead): boolean {
    return this.last.keeps(head);
  }

  /** The head and the bytes that follow it, or undefined while it is incomplete. Throws Http1Error. */
  read(piece: Buffer): { head: RequestHead; rest: Buffer } | undefined {
    const inOnePiece = !this.block.started;
    const same = inOnePiece ? this.last.sizeIn(piece) : 0;
    if (same > 0) return { head: this.last.value, rest: bytesFrom(piece, same) };
    const block = this.block.read(piece);
    if (block === undefined) return undefined;
    const head = parseRequestHead(block.text, this.maxFields);
    if (inOnePiece) this.last.remember(piece, piece.length - block.rest.length, head);
    return { head, rest: block.rest };
  }
}

function parseRequestHead(text: string, maxFields: number): RequestHead {
  const lineEnd = text.indexOf('\r\n');
  const { method, target, version } = parseRequestLine(text.slice(0, Math.max(lineEnd, 0)));
  const headers = parseFieldLines(text, lineEnd + 2, maxFields);
  checkHost(headers.getAll('host'), version, target);
  const declared = declaredFraming(headers, version);
  if (method === 'CONNECT' && declared !== undefined) {
    throw new Http1Error('CONFLICTING_FRAMING', 'A CONNECT request has no body.');
  }
  return {
    method,
    target,
    version,
    headers,
    body: declared ?? NO_BODY,
    expectContinue: expectsContinue(headers, version),
    ...connectionOptions(headers, version),
  };
}

function parseRequestLine(line: string): { method: string; target: string; version: HttpVersion } {
  const parts = line.split(' ');
  const [method, target, protocol] = parts as [string, string, string];
  if (parts.length !== 3) {
    throw new Http1Error('BAD_START_LINE', 'The request line is not a method, a target and a version with single spaces between.');
  }
  if (!isToken(method)) throw new Http1Error('BAD_METHOD', 'The request method holds a character that methods may not have.');
  const version = parseVersion(protocol);
  checkTarget(method, target);
  return { method, target, version };
}

/** Shared with the status line. */
export function parseVersion(protocol: string): HttpVersion {
  if (protocol === 'HTTP/1.1') return '1.1';
  if (protocol === 'HTTP/1.0') return '1.0';
  if (/^HTTP\/[0-9](?:\.[0-9])?$/.test(protocol)) {
    throw new Http1Error('UNSUPPORTED_VERSION', 'Only HTTP/1.1 and HTTP/1.0 are supported here.');
  }
  throw new Http1Error('BAD_START_LINE', 'The protocol version is malformed.');
}

/** HTTP/1.0 clients cannot wait for an interim response, so their expectation is ignored (RFC 9110, 10.1.1). */
function expectsContinue(headers: HeaderList, version: HttpVersion): boolean {
  const expectations = version === '1.1' ? headers.getAll('expect') : [];
  if (expectations.length === 0) return false;
  if (expectations.some((value) => value.toLowerCase() !== '100-continue')) {
    throw new Http1Error('UNSUPPORTED_EXPECTATION', 'The only supported expectation is "100-continue".');
  }
  return true;
}
