import { MAX_BODY_BYTES } from '@windlass/function-exchange';
import type { ResponseHead } from '@windlass/http1';

/** How an answer's body reaches the caller. */
export type Delivery =
  /** Its length is known and within the limit: as it comes. */
  | 'forward'
  /** Kept until it has ended, so that one over the limit is an error and not half an answer. */
  | 'hold'
  /** As it comes, cut at the limit: the function or this answer says that it streams. */
  | 'stream'
  | 'refuse';

/** How large an answer may be. */
export interface AnswerLimit {
  readonly bytes: number;
  /** Whether an answer of unknown length is held until it is known not to be too large. */
  readonly holds: boolean;
  /** What sets the limit: the contract, the installation for functions that stream, or a caller that takes no stream. */
  readonly kind: 'whole' | 'streamed' | 'collected';
}

/** The documented limit. */
export const WHOLE: AnswerLimit = { bytes: MAX_BODY_BYTES, holds: true, kind: 'whole' };
/** The same, of a function that streams for other callers. */
export const COLLECTED: AnswerLimit = { ...WHOLE, kind: 'collected' };

const STREAMED_TYPE = /^\s*(?:text\/event-stream|application\/x-ndjson)\s*(?:;|$)/i;

export function chooseDelivery(head: ResponseHead, limit: AnswerLimit): Delivery {
  switch (head.body.kind) {
    case 'none':
      return 'forward';
    case 'length':
      return head.body.length > limit.bytes ? 'refuse' : 'forward';
    case 'chunked':
    case 'until-close':
      return !limit.holds || streams(head) ? 'stream' : 'hold';
    default:
      return head.body satisfies never;
  }
}

function streams({ headers }: ResponseHead): boolean {
  return STREAMED_TYPE.test(headers.get('content-type') ?? '') || headers.get('x-accel-buffering')?.toLowerCase() === 'no';
}
