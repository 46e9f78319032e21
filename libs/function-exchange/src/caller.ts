import type { Socket } from 'node:net';
import type { BodyFraming, HeaderField, ResponseHead } from '@windlass/http1';
import type { Failure } from './failure.js';
import type { UpgradeEnd } from './upgrade-end.js';

/** Hears of the caller while its request is served. */
export interface CallerListener {
  /** Nobody reads the answer any more. */
  onCallerGone(): void;
  /** A caller that could not keep up takes more again. */
  onCallerWritable(): void;
}

/** Who waits for an answer: a client of a gateway, a connection between the two, or a call of the control plane. */
export interface Caller {
  readonly gone: boolean;
  /** It keeps the whole answer in memory, which has to be small for that, whatever its function may stream. */
  readonly collects?: boolean;
  listener: CallerListener | undefined;
  interim(head: ResponseHead): void;
  /**
   * `head` as the function sent it; `body` says how the body is delivered: `none`, `length` or `chunked`. Whoever writes it leaves out
   * what speaks to one hop only, and frames the body as `body` says.
   */
  head(head: ResponseHead, body: BodyFraming): void;
  /** False when the caller does not keep up; what is given all the same is kept. `slice` is lent: who keeps it beyond the call copies it. */
  data(slice: Buffer): boolean;
  /** Nothing more comes at the moment: what was given so far must not wait for company. */
  flush(): void;
  end(trailers: Iterable<HeaderField>): void;
  /** The answer has begun and cannot be completed. */
  cut(): void;
  /** There is no answer; nothing was given so far. */
  fail(failure: Failure): void;
  /**
   * Joins the caller with the app after a 101; resolves when the conversation is over. `rest` are the app's first bytes, lent as well. `app` allows
   * half-open connections: either side may stop sending and still hear the other.
   */
  upgrade(head: ResponseHead, app: Socket, rest: Buffer): Promise<UpgradeEnd>;
}
