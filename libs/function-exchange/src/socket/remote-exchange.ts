import {
  createBodyDecoder,
  createBodyEncoder,
  fieldLine,
  isHttp1Error,
  requestLine,
  ResponseHeadParser,
  type BodyDecoder,
  type BodyEncoder,
  type HeaderField,
  type ResponseHead,
} from '@windlass/http1';
import type { CallerListener } from '../caller.js';
import type { FunctionRequest } from '../function-request.js';
import { isIdempotent } from '../idempotent-methods.js';
import type { BodyReceiver } from '../request-body.js';
import type { WorkerCaller, WorkerLoss } from './remote-worker.js';
import { wireLines } from './wire-fields.js';
import { TooManyConnections, type ConnectionUser, type WorkerConnection, type WorkerConnections } from './worker-connections.js';

/** One request on its way to a remote worker, and its answer on the way back. */
export class RemoteExchange implements ConnectionUser, BodyReceiver, CallerListener {
  private readonly heads = new ResponseHeadParser();
  private connection: WorkerConnection | undefined;
  private encoder: BodyEncoder | undefined;
  private decoder: BodyDecoder | undefined;
  private answer: ResponseHead | undefined;
  private heardAnything = false;
  private bodyStarted = false;
  private bodyEnded = false;
  private trailers: Iterable<HeaderField> = [];
  private over = false;

  constructor(
    private readonly connections: WorkerConnections,
    private readonly maxConnections: number,
    private readonly request: FunctionRequest,
    private readonly caller: WorkerCaller,
  ) {}

  begin(): void {
    this.caller.listener = this;
    // A worker may close an idle connection at the moment in which the next request is sent on it. That harms none which can simply be
    // sent once more.
    const { method, body } = this.request;
    const isRepeatable = isIdempotent(method) && body.framing.kind === 'none';
    const idle = isRepeatable ? this.connections.reuse() : undefined;
    if (idle !== undefined) {
      this.use(idle);
      return;
    }
    if (!isRepeatable) this.connections.makeRoom();
    void this.dial();
  }

  // What the connection says.

  onBytes(piece: Buffer): void {
    this.heardAnything = true;
    try {
      this.read(piece);
    } catch (error) {
      if (!isHttp1Error(error)) throw error;
      this.malformed(error.reason);
    }
    if (!this.over) this.caller.flush();
  }

  onWritable(): void {
    if (!this.bodyEnded) this.request.body.resume();
  }

  onClosed(): void {
    const reused = this.connection?.reused === true;
    this.connection = undefined;
    if (this.over) return;
    if (reused && !this.heardAnything) {
      void this.dial();
    } else if (this.answer === undefined) {
      this.lose({ kind: 'broke-off' });
    } else {
      this.closedInAnswer();
    }
  }

  // What the caller sends.

  slice(slice: Buffer): void {
    if (this.over || this.connection === undefined) return;
    if (this.encoder?.write(this.connection.socket, slice) === false) this.request.body.pause();
  }

  end(trailers: Iterable<HeaderField>): void {
    this.bodyEnded = true;
    this.trailers = trailers;
    if (!this.over && this.connection !== undefined) this.encoder?.end(this.connection.socket, trailers);
  }

  /** Whoever reads the body has answered the caller already, who is gone for us. */
  broken(): void {
    this.stop();
  }

  onCallerGone(): void {
    this.stop();
  }

  onCallerWritable(): void {
    this.connection?.socket.resume();
  }

  private async dial(): Promise<void> {
    let connection: WorkerConnection;
    try {
      connection = await this.connections.connect();
    } catch (error) {
      if (error instanceof TooManyConnections) this.lose({ kind: 'busy', maxConnections: this.maxConnections });
      else this.lose({ kind: 'unreachable', error: error as Error });
      return;
    }
    if (this.over) this.connections.release(connection);
    else this.use(connection);
  }

  private use(connection: WorkerConnection): void {
    this.connection = connection;
    connection.user = this;
    if (connection.socket.destroyed) {
      this.onClosed();
      return;
    }
    const { socket } = connection;
    const { body } = this.request;
    socket.cork();
    socket.write(this.headText(), 'latin1');
    this.encoder = createBodyEncoder(body.framing);
    if (!this.bodyStarted) {
      this.bodyStarted = true;
      body.start(this);
    } else if (this.bodyEnded) {
      this.encoder.end(socket, this.trailers);
    } else {
      body.resume();
    }
    socket.uncork();
  }

  private headText(): string {
    const { method, target, fieldLines, upgrade, body } = this.request;
    let text = requestLine(method, target) + fieldLines;
    if (body.framing.kind === 'chunked') text += 'Transfer-Encoding: chunked\r\n';
    if (upgrade !== undefined) text += `Connection: Upgrade\r\n${fieldLine('Upgrade', upgrade)}`;
    return `${text}${wireLines(this.request)}\r\n`;
  }

  private read(bytes: Buffer): void {
    let piece = bytes;
    while (this.decoder === undefined) {
      const parsed = this.heads.read(piece, this.request.method);
      if (parsed === undefined) return;
      piece = parsed.rest;
      if (this.heard(parsed.head, piece) === 'over') return;
    }
    let keepsUp = true;
    const rest = this.decoder.decode(piece, (slice) => (keepsUp = this.caller.data(slice)));
    if (rest !== undefined) this.answered(this.decoder, rest);
    else if (!keepsUp) this.connection?.socket.pause();
  }

  private heard(head: ResponseHead, rest: Buffer): 'go-on' | 'over' {
    if (head.status === 101) {
      this.upgraded(head, rest);
      return 'over';
    }
    if (head.status < 200) {
      // The caller's expectation was met before.
      if (head.status !== 100) this.caller.interim(head);
      return 'go-on';
    }
    this.answer = head;
    this.decoder = createBodyDecoder(head.body);
    this.caller.head(head, head.body.kind === 'until-close' ? { kind: 'chunked' } : head.body);
    return 'go-on';
  }

  private answered(decoder: BodyDecoder, rest: Buffer): void {
    const { connection } = this;
    this.over = true;
    this.connection = undefined;
    // Bytes behind the answer belong to no request of ours, so the connection is out of step.
    const reusable = this.answer?.keepAlive === true && this.bodyEnded && rest.length === 0;
    if (connection !== undefined && reusable) this.connections.release(connection);
    else if (connection !== undefined) this.connections.discard(connection);
    this.caller.listener = undefined;
    this.caller.end(decoder.trailers);
  }

  private closedInAnswer(): void {
    this.over = true;
    this.caller.listener = undefined;
    try {
      this.decoder?.close();
    } catch {
      this.caller.cut();
      return;
    }
    this.caller.end([]);
  }

  private upgraded(head: ResponseHead, rest: Buffer): void {
    const { connection } = this;
    if (connection === undefined) return;
    if (this.request.upgrade === undefined || head.upgrade !== this.request.upgrade) {
      this.malformed('BAD_START_LINE');
      return;
    }
    this.over = true;
    this.connection = undefined;
    this.caller.listener = undefined;
    void this.caller.upgrade(head, this.connections.detach(connection), rest);
  }

  private malformed(reason: string): void {
    if (this.answer === undefined) this.lose({ kind: 'malformed-answer', reason });
    else {
      this.stop();
      this.caller.cut();
    }
  }

  private lose(loss: WorkerLoss): void {
    if (this.over) return;
    this.stop();
    this.caller.lost(loss);
  }

  private stop(): void {
    this.over = true;
    this.caller.listener = undefined;
    if (this.connection !== undefined) this.connections.discard(this.connection);
    this.connection = undefined;
  }
}
