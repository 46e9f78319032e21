import type { Socket } from 'node:net';
import {
  endToEndLines,
  serializeFields,
  statusLine,
  type BodyFraming,
  type HeaderField,
  type RequestHead,
  type ResponseHead,
} from '@windlass/http1';

/** A slice up to this size goes behind the text that is written with it: one small write costs less than two. */
const SMALL_BYTES = 4 * 1024;
/** So much text is not kept waiting for more. */
const MOST_PENDING = 16 * 1024;

/** Writes one answer to the client, framed as its version of HTTP has it. What belongs together leaves in one write. */
export class AnswerWriter {
  /** Whether the head of the final answer is given: from then on the client cannot be told anything else. */
  begun = false;
  /** Whether the client's connection can carry another request after this answer. */
  keepAlive = false;
  private framing: BodyFraming['kind'] = 'none';
  private remaining = 0;
  /** One character per byte, to be written. */
  private pending = '';

  constructor(
    private readonly request: RequestHead,
    private readonly requestId: string,
    private readonly client: Socket,
  ) {}

  /** HTTP/1.0 knows no interim answers. */
  interim(head: ResponseHead): void {
    if (this.request.version === '1.0') return;
    this.client.write(`${statusLine(head.status, head.reasonPhrase)}${endToEndLines(head.headers, isForClient)}\r\n`, 'latin1');
  }

  head(head: ResponseHead, body: BodyFraming, mayKeepAlive: boolean): void {
    const { request } = this;
    this.begun = true;
    this.framing = body.kind === 'chunked' && request.version === '1.0' ? 'until-close' : body.kind;
    this.keepAlive = mayKeepAlive && request.keepAlive && this.framing !== 'until-close';
    let text = this.headText(head);
    if (body.kind === 'length') {
      this.remaining = body.length;
      if (!head.headers.has('content-length')) text += `Content-Length: ${body.length}\r\n`;
    }
    if (this.framing === 'chunked') text += 'Transfer-Encoding: chunked\r\n';
    if (!this.keepAlive) text += 'Connection: close\r\n';
    else if (request.version === '1.0') text += 'Connection: keep-alive\r\n';
    this.pending = `${text}\r\n`;
  }

  /** Throws RangeError for more than the head declared: the client would take it for another answer. */
  data(slice: Buffer): void {
    if (slice.length === 0) return;
    if (this.framing === 'chunked') {
      this.pending += `${slice.length.toString(16)}\r\n`;
      this.add(slice);
      this.pending += '\r\n';
      return;
    }
    if (this.framing !== 'until-close') {
      this.remaining -= slice.length;
      if (this.remaining < 0) throw new RangeError('More bytes than the Content-Length that was sent.');
    }
    this.add(slice);
  }

  flush(): void {
    if (this.pending === '') return;
    const text = this.pending;
    this.pending = '';
    this.client.write(text, 'latin1');
  }

  end(trailers: Iterable<HeaderField>): void {
    if (this.framing === 'chunked') this.pending += `0\r\n${serializeFields(trailers)}\r\n`;
    this.flush();
  }

  upgrade(head: ResponseHead, protocol: string): void {
    this.begun = true;
    this.client.write(`${this.headText(head)}Connection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`, 'latin1');
  }

  private headText(head: ResponseHead): string {
    return `${statusLine(head.status, head.reasonPhrase)}${endToEndLines(head.headers, isForClient)}X-Request-Id: ${this.requestId}\r\n`;
  }

  private add(slice: Buffer): void {
    if (slice.length <= SMALL_BYTES) {
      this.pending += slice.toString('latin1');
      if (this.pending.length > MOST_PENDING) this.flush();
      return;
    }
    this.client.cork();
    this.flush();
    this.client.write(Buffer.from(slice));
    this.client.uncork();
  }
}

/** The request id is ours to say, and what passes between gateway and worker is nobody else's business. */
function isForClient(lowerName: string): boolean {
  return lowerName !== 'x-request-id' && !lowerName.startsWith('x-windlass-');
}
