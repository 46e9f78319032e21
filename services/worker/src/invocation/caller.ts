import type { Socket } from 'node:net';
import type { BodyFraming, HeaderField } from '@windlass/http1';
import type { Verdict } from './outcome.js';

export interface AnswerHead {
  readonly status: number;
  readonly reasonPhrase: string;
  readonly fields: readonly HeaderField[];
}

/** Who waits for an answer: a connection of the gateway, or a call of the control plane. */
export interface Caller {
  /** Nobody reads the answer any more. */
  readonly gone: boolean;
  /** Called once when `gone` turns true. */
  onGone: (() => void) | undefined;
  interim(head: AnswerHead): void;
  /** `body` is `none`, `length` or `chunked`. */
  head(head: AnswerHead, body: BodyFraming): void;
  data(slice: Buffer): void;
  end(trailers: Iterable<HeaderField>): void;
  /** The answer has begun and cannot be completed. */
  cut(): void;
  /** There is no answer; nothing was sent so far. */
  fail(verdict: Verdict): void;
  /** Joins the caller with the app after a 101; resolves when the conversation is over. `rest` is the app's first bytes. */
  upgrade(head: AnswerHead, app: Socket, rest: Buffer): Promise<void>;
}
