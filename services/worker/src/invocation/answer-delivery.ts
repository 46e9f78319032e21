import type { Caller } from '@windlass/function-exchange';
import type { BodyFraming, HeaderField, ResponseHead } from '@windlass/http1';
import { chooseDelivery, WHOLE, type AnswerLimit, type Delivery } from './choose-delivery.js';
import type { FailedOutcome } from './outcome.js';

/** Brings one answer to its caller and keeps it within the size limit. */
export class AnswerDelivery {
  /** Whether an error can still be answered, or the answer can only be cut off. */
  begun = false;
  /** False while the caller has not taken what it was given: the app has to wait until it is writable again. */
  keepsUp = true;
  /** Set before the answer begins, where it is not the usual one. */
  limit: AnswerLimit = WHOLE;
  private delivery: Delivery | undefined;
  private answer: ResponseHead | undefined;
  private held: Buffer[] | undefined;
  private bytes = 0;

  constructor(private readonly caller: Caller) {}

  /** Whether the caller takes part while the app still answers. */
  get streaming(): boolean {
    return this.delivery === 'stream';
  }

  /** Of the answer that was sent; 0 when none was. */
  get status(): number {
    return this.begun ? (this.answer?.status ?? 0) : 0;
  }

  /** Of its body, as far as it came from the app. */
  get bodyBytes(): number {
    return this.bytes;
  }

  interim(head: ResponseHead): void {
    if (!this.caller.gone) this.caller.interim(head);
  }

  /** Returns what is wrong with the answer, if anything. */
  head(head: ResponseHead): FailedOutcome | undefined {
    this.delivery = chooseDelivery(head, this.limit);
    this.answer = head;
    switch (this.delivery) {
      case 'refuse':
        return { kind: 'RESPONSE_TOO_LARGE', bodyBytes: head.body.kind === 'length' ? head.body.length : 0, limit: this.limit };
      case 'forward':
        return this.sendHead(head, head.body);
      case 'stream':
        return this.sendHead(head, { kind: 'chunked' });
      case 'hold':
        this.held = [];
        return undefined;
      default:
        return this.delivery satisfies never;
    }
  }

  /** The caller hears of it by itself; no answer follows. */
  switched(head: ResponseHead): void {
    this.begun = true;
    this.answer = head;
  }

  data(slice: Buffer): FailedOutcome | undefined {
    const room = this.limit.bytes - this.bytes;
    this.bytes += slice.length;
    if (this.held !== undefined) {
      this.held.push(Buffer.from(slice));
    } else if (!this.caller.gone && room > 0) {
      this.keepsUp = this.caller.data(slice.length > room ? slice.subarray(0, room) : slice);
    }
    return slice.length > room ? { kind: 'RESPONSE_TOO_LARGE', bodyBytes: this.bytes, limit: this.limit } : undefined;
  }

  /** What was delivered so far must not wait for what comes later. */
  flush(): void {
    if (this.begun && !this.caller.gone) this.caller.flush();
  }

  end(trailers: Iterable<HeaderField>): void {
    if (this.held !== undefined && this.answer !== undefined) {
      this.sendHead(this.answer, { kind: 'length', length: this.bytes });
      for (const slice of this.held) if (!this.caller.gone) this.caller.data(slice);
    }
    if (!this.caller.gone) this.caller.end(trailers);
  }

  private sendHead(head: ResponseHead, body: BodyFraming): undefined {
    this.begun = true;
    if (!this.caller.gone) this.caller.head(head, body);
  }
}
