import type { Socket } from 'node:net';
import { createBodyEncoder, type BodyDecoder, type BodyEncoder, type BodyFraming, type HeaderField } from '@windlass/http1';

export interface RequestBodyEvents {
  /** The whole body was passed on; `rest` are the bytes of the client behind it. */
  onComplete(rest: Buffer): void;
  /** The client sends nothing although it could. */
  onStalled(): void;
}

/**
 * Passes a request's body on to a worker, no faster than the worker takes it. Until `start`, and whenever the worker is slow,
 * the client's socket is paused and the client feels it. Decoding throws Http1Error.
 */
export class RequestBodyRelay {
  /** Whether a byte of the body has gone to a worker: from then on the request cannot be sent again. */
  started = false;
  private encoder: BodyEncoder | undefined;
  private worker: Socket | undefined;
  private stallTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly decoder: BodyDecoder,
    private readonly framing: BodyFraming,
    private readonly client: Socket,
    private readonly stallMs: number,
    private readonly keepTrailer: (name: string) => boolean,
    private readonly events: RequestBodyEvents,
  ) {}

  /** `first` are the bytes that came with the head. Call it for a body that is not `done` only. */
  start(worker: Socket, first: Buffer): void {
    this.worker = worker;
    this.encoder = createBodyEncoder(this.framing);
    this.stallTimer = setTimeout(() => this.events.onStalled(), this.stallMs);
    this.onClientData(first);
    if (!this.decoder.done && !worker.writableNeedDrain) this.client.resume();
  }

  onClientData(piece: Buffer): void {
    const { worker, encoder } = this;
    if (worker === undefined || encoder === undefined) return;
    let writable = true;
    const rest = this.decoder.decode(piece, (slice) => {
      this.started = true;
      writable = encoder.write(worker, slice);
    });
    if (rest !== undefined) {
      encoder.end(worker, this.trailers());
      this.stop();
      this.events.onComplete(rest);
    } else if (writable) {
      this.stallTimer?.refresh();
    } else {
      clearTimeout(this.stallTimer);
      this.client.pause();
    }
  }

  onWorkerDrain(): void {
    if (this.worker === undefined) return;
    this.stallTimer?.refresh();
    this.client.resume();
  }

  /** Nothing more is passed on. */
  stop(): void {
    clearTimeout(this.stallTimer);
    this.worker = undefined;
  }

  private trailers(): HeaderField[] {
    return this.decoder.trailers.fields.filter(([name]) => this.keepTrailer(name));
  }
}
