const MARK = Symbol.for('windlass.http1-error');

/**
 * Every way a message can be refused, with the status a server answers when it is the request that has the fault. A proxy
 * that finds the fault in a response answers 502 instead, whatever the table says.
 */
const STATUS_OF = {
  BAD_START_LINE: 400,
  BAD_METHOD: 400,
  BAD_TARGET: 400,
  BAD_LINE_ENDING: 400,
  BAD_FIELD_NAME: 400,
  BAD_FIELD_VALUE: 400,
  FOLDED_FIELD: 400,
  BAD_HOST: 400,
  BAD_CONTENT_LENGTH: 400,
  CONFLICTING_FRAMING: 400,
  BAD_CHUNK: 400,
  BAD_TRAILER: 400,
  TRUNCATED: 400,
  BODY_TOO_LARGE: 413,
  START_LINE_TOO_LONG: 414,
  UNSUPPORTED_EXPECTATION: 417,
  HEAD_TOO_LARGE: 431,
  TOO_MANY_FIELDS: 431,
  UNSUPPORTED_TRANSFER_ENCODING: 501,
  UNSUPPORTED_VERSION: 505,
} as const;

export type Http1ErrorReason = keyof typeof STATUS_OF;
export type Http1ErrorStatus = (typeof STATUS_OF)[Http1ErrorReason];

/** The bytes break HTTP/1.1 or one of our limits. The connection they came from cannot be used any further. */
export class Http1Error extends Error {
  readonly reason: Http1ErrorReason;
  readonly status: Http1ErrorStatus;

  constructor(reason: Http1ErrorReason, message: string) {
    super(message);
    this.name = 'Http1Error';
    this.reason = reason;
    this.status = STATUS_OF[reason];
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Recognises the error by its mark, so that two installed copies of this package still agree. */
export function isHttp1Error(value: unknown): value is Http1Error {
  return typeof value === 'object' && value !== null && MARK in value;
}

export function bodyTooLarge(maxBodyBytes: number): Http1Error {
  return new Http1Error('BODY_TOO_LARGE', `The body is larger than ${maxBodyBytes} bytes.`);
}
