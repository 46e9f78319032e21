import type { Socket } from 'node:net';
import { type CoarseTimers, Deadline } from '@windlass/coarse-timers';
import type { BodyReceiver, RequestBody } from '@windlass/function-exchange';
import type { BodyDecoder, BodyFraming, HeaderField } from '@windlass/http1';

export interface ClientBodyEvents {
  /** The whole body was passed on; `rest` are the bytes of the client behind it. */
  onBodyComplete(rest: Buffer): void;
  /** The client sends nothing although it could. */
  onBodyStalled(): void;
  /** The bytes are no body, or more than is allowed. */
  onBodyBroken(error: unknown): void;
  /** The body is wanted, which a client may be waiting for. */
  onBodyWanted(): void;
  /** What came with the head is passed on; what is missing is still the client's to send. */
  onBodyBegun(): void;
}

/** The body of a request without one. */
export const EMPTY_BODY: RequestBody = {
  framing: { kind: 'none' },
  start: (receiver) => receiver.end([]),
  pause: () => undefined,
  resume: () => undefined,
};

/** A body that is in memory already. */
export class WholeBody implements RequestBody {
  constructor(
    readonly framing: BodyFraming,
    private readonly bytes: Buffer,
    private readonly trailers: readonly HeaderField[],
  ) {}

  start(receiver: BodyReceiver): void {
    if (this.bytes.length > 0) receiver.slice(this.bytes);
    receiver.end(this.trailers);
  }

  pause(): void {}
  resume(): void {}
}

/**
 * Passes a request's body on to a worker, no faster than the worker takes it. Until `start`, and whenever the worker is slow,
 * the client's socket is paused and the client feels it.
 */
export class ClientBody implements RequestBody {
  private receiver: BodyReceiver | undefined;
  private readonly stall: Deadline;

  constructor(
    readonly framing: BodyFraming,
    private readonly decoder: BodyDecoder,
    /** The bytes that came with the head. */
    private first: Buffer,
    private readonly client: Socket,
    timers: CoarseTimers,
    private readonly stallMs: number,
    private readonly keepTrailer: (name: string) => boolean,
    private readonly events: ClientBodyEvents,
  ) {
    this.stall = new Deadline(timers, () => events.onBodyStalled());
  }

  start(receiver: BodyReceiver): void {
    this.receiver = receiver;
    this.events.onBodyWanted();
    this.stall.set(this.stallMs);
    const { first } = this;
    this.first = first.subarray(0, 0);
    // What came may hold it up at once: then it is resumed by the receiver.
    this.client.resume();
    this.onClientData(first);
    this.events.onBodyBegun();
  }

  onClientData(piece: Buffer): void {
    const { receiver } = this;
    if (receiver === undefined) return;
    let rest: Buffer | undefined;
    try {
      rest = this.decoder.decode(piece, (slice) => receiver.slice(slice));
    } catch (error) {
      this.stop();
      this.events.onBodyBroken(error);
      return;
    }
    if (rest !== undefined) {
      this.stop();
      receiver.end(this.decoder.trailers.fields.filter(([name]) => this.keepTrailer(name.toLowerCase())));
      this.events.onBodyComplete(rest);
    } else if (this.stall.pending) {
      this.stall.set(this.stallMs);
    }
  }

  pause(): void {
    this.stall.clear();
    this.client.pause();
  }

  resume(): void {
    if (this.receiver === undefined) return;
    this.stall.set(this.stallMs);
    this.client.resume();
  }

  /** Nothing more is passed on. */
  stop(): void {
    this.stall.clear();
    this.receiver = undefined;
  }
}
