import type { Socket } from 'node:net';
import {
  createBodyDecoder,
  createBodyEncoder,
  endToEndFields,
  Http1Error,
  type BodyDecoder,
  type BodyEncoder,
  type BodyFraming,
  type RequestHead,
  ResponseHeadParser,
  type ResponseHead,
  serializeResponseHead,
} from '@windlass/http1';
import { responseFields, wantsWebSocket } from './forwarded-head.js';

/**
 * - `more`: the answer goes on.
 * - `slow-client`: it goes on, and the client must take what was written before it is given more.
 * - `complete`: everything was written. `reusable` says whether the worker's connection can carry another request.
 * - `upgraded`: the connection now carries another protocol, and `rest` are its first bytes.
 */
export type AnswerProgress =
  | { readonly kind: 'more' | 'slow-client' }
  | { readonly kind: 'complete'; readonly reusable: boolean }
  | { readonly kind: 'upgraded'; readonly rest: Buffer };

/** Passes the answer of a worker on to the client. Throws Http1Error when the worker's bytes break the rules. */
export class AnswerRelay {
  /** Whether any byte of the worker has been seen: from then on the request may have had an effect. */
  started = false;
  /** Whether the head of the final answer has gone to the client: from then on it cannot be told anything else. */
  headSent = false;
  /** Whether the client's connection can carry another request after this answer. */
  clientKeepAlive = false;
  private readonly headParser = new ResponseHeadParser();
  private decoder: BodyDecoder | undefined;
  private encoder: BodyEncoder | undefined;
  private workerKeepAlive = false;

  constructor(
    private readonly request: RequestHead,
    private readonly requestId: string,
    private readonly client: Socket,
    private readonly mayKeepAlive: () => boolean,
  ) {}

  onWorkerData(piece: Buffer): AnswerProgress {
    this.started = true;
    this.client.cork();
    try {
      return this.decoder === undefined ? this.readHeads(piece) : this.readBody(this.decoder, piece);
    } finally {
      this.client.uncork();
    }
  }

  /** The worker closed its connection. Completes a body that lasts until then; throws Http1Error for anything else. */
  onWorkerClosed(): void {
    if (this.decoder === undefined) throw new Http1Error('TRUNCATED', 'The connection was closed before an answer.');
    this.decoder.close();
    this.encoder?.end(this.client);
  }

  private readHeads(piece: Buffer): AnswerProgress {
    for (let unread = piece; ; ) {
      const read = this.headParser.read(unread, this.request.method);
      if (read === undefined) return { kind: 'more' };
      const { head, rest } = read;
      if (head.status === 101) return this.upgrade(head, rest);
      if (head.status >= 200) return this.begin(head, rest);
      this.passInterim(head);
      unread = rest;
    }
  }

  /** The gateway has answered an expectation itself, and HTTP/1.0 knows no interim answers. */
  private passInterim(head: ResponseHead): void {
    if (head.status === 100 || this.request.version === '1.0') return;
    this.client.write(serializeResponseHead(head.status, head.reasonPhrase, endToEndFields(head.headers)));
  }

  private begin(head: ResponseHead, rest: Buffer): AnswerProgress {
    const framing = this.framingFor(head);
    this.workerKeepAlive = head.keepAlive;
    this.clientKeepAlive = this.request.keepAlive && framing.kind !== 'until-close' && this.mayKeepAlive();
    const fields = responseFields(head, this.requestId);
    if (framing.kind === 'chunked') fields.push(['Transfer-Encoding', 'chunked']);
    if (!this.clientKeepAlive) fields.push(['Connection', 'close']);
    else if (this.request.version === '1.0') fields.push(['Connection', 'keep-alive']);
    this.client.write(serializeResponseHead(head.status, head.reasonPhrase, fields));
    this.headSent = true;
    this.decoder = createBodyDecoder(head.body);
    this.encoder = createBodyEncoder(framing);
    return this.readBody(this.decoder, rest);
  }

  /** The client gets the framing that the worker used, where its version of HTTP has it. */
  private framingFor(head: ResponseHead): BodyFraming {
    if (head.body.kind === 'none' || head.body.kind === 'length') return head.body;
    return this.request.version === '1.1' ? { kind: 'chunked' } : { kind: 'until-close' };
  }

  private readBody(decoder: BodyDecoder, piece: Buffer): AnswerProgress {
    const encoder = this.encoder as BodyEncoder;
    let writable = true;
    const rest = decoder.decode(piece, (slice) => {
      writable = encoder.write(this.client, slice);
    });
    if (rest === undefined) return { kind: writable ? 'more' : 'slow-client' };
    encoder.end(this.client, decoder.trailers);
    // Bytes behind the answer belong to no request of ours, so the connection is out of step.
    return { kind: 'complete', reusable: this.workerKeepAlive && rest.length === 0 };
  }

  private upgrade(head: ResponseHead, rest: Buffer): AnswerProgress {
    if (!wantsWebSocket(this.request) || head.upgrade !== 'websocket') {
      throw new Http1Error('BAD_START_LINE', 'The protocol was switched without having been asked to.');
    }
    const fields = responseFields(head, this.requestId);
    fields.push(['Connection', 'Upgrade'], ['Upgrade', 'websocket']);
    this.client.write(serializeResponseHead(101, head.reasonPhrase, fields));
    this.headSent = true;
    return { kind: 'upgraded', rest };
  }
}
