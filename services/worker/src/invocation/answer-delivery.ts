import { endToEndFields, type HeaderField, type ResponseHead } from '@windlass/http1';
import type { AnswerHead, Caller } from './caller.js';
import { chooseDelivery, type Delivery } from './choose-delivery.js';
import { MAX_BODY_BYTES, type FailedOutcome } from './outcome.js';

/**
 * Brings one answer to its caller and keeps it within the size limit. A caller that is slow never holds up the app: what it
 * has not taken yet is at most one answer of the limit's size.
 */
export class AnswerDelivery {
  private delivery: Delivery | undefined;
  private answer: AnswerHead | undefined;
  private held: Buffer[] = [];
  private bytes = 0;
  private headSent = false;

  constructor(private readonly caller: Caller) {}

  /** Whether the caller takes part while the app still answers. */
  get streaming(): boolean {
    return this.delivery === 'stream';
  }

  interim(head: ResponseHead): void {
    if (!this.caller.gone) this.caller.interim(answerHead(head));
  }

  /** Returns what is wrong with the answer, if anything. */
  head(head: ResponseHead): FailedOutcome | undefined {
    this.delivery = chooseDelivery(head);
    this.answer = answerHead(head);
    switch (this.delivery) {
      case 'refuse':
        return { kind: 'RESPONSE_TOO_LARGE', bodyBytes: head.body.kind === 'length' ? head.body.length : 0 };
      case 'forward':
        return this.sendHead(head.body);
      case 'stream':
        return this.sendHead({ kind: 'chunked' });
      case 'hold':
        return undefined;
      default:
        return this.delivery satisfies never;
    }
  }

  /** The caller hears of it by itself; no answer follows. */
  switched(head: ResponseHead): void {
    this.headSent = true;
    this.answer = answerHead(head);
  }

  data(slice: Buffer): FailedOutcome | undefined {
    const room = MAX_BODY_BYTES - this.bytes;
    this.bytes += slice.length;
    if (this.delivery === 'hold') {
      this.held.push(slice);
    } else if (!this.caller.gone && room > 0) {
      this.caller.data(slice.length > room ? slice.subarray(0, room) : slice);
    }
    return slice.length > room ? { kind: 'RESPONSE_TOO_LARGE', bodyBytes: this.bytes } : undefined;
  }

  end(trailers: Iterable<HeaderField>): void {
    if (this.delivery === 'hold' && this.answer !== undefined) {
      const fields = [...this.answer.fields, ['Content-Length', String(this.bytes)] as const];
      this.answer = { ...this.answer, fields };
      this.sendHead({ kind: 'length', length: this.bytes });
      for (const slice of this.held.splice(0)) if (!this.caller.gone) this.caller.data(slice);
    }
    if (!this.caller.gone) this.caller.end(trailers);
  }

  /** Of the answer that was sent; 0 when none was. */
  get status(): number {
    return this.headSent ? (this.answer?.status ?? 0) : 0;
  }

  /** Of its body, as far as it came from the app. */
  get bodyBytes(): number {
    return this.bytes;
  }

  /** Whether an error can still be answered, or the answer can only be cut off. */
  get begun(): boolean {
    return this.headSent;
  }

  private sendHead(body: ResponseHead['body']): undefined {
    this.headSent = true;
    if (!this.caller.gone && this.answer !== undefined) this.caller.head(this.answer, body);
  }
}

export function answerHead(head: ResponseHead): AnswerHead {
  return { status: head.status, reasonPhrase: head.reasonPhrase, fields: endToEndFields(head.headers) };
}
