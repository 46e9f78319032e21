import { MAX_BODY_BYTES } from '@windlass/function-exchange';
import type { ResponseHead } from '@windlass/http1';

/** How an answer's body reaches the caller. */
export type Delivery =
  /** Its length is known and within the limit: as it comes. */
  | 'forward'
  /** Kept until it has ended, so that one over the limit is an error and not half an answer. */
  | 'hold'
  /** As it comes, cut at the limit: the app said that it streams. */
  | 'stream'
  | 'refuse';

const STREAMED_TYPE = /^\s*(?:text\/event-stream|application\/x-ndjson)\s*(?:;|$)/i;

export function chooseDelivery(head: ResponseHead): Delivery {
  switch (head.body.kind) {
    case 'none':
      return 'forward';
    case 'length':
      return head.body.length > MAX_BODY_BYTES ? 'refuse' : 'forward';
    case 'chunked':
    case 'until-close':
      return streams(head) ? 'stream' : 'hold';
    default:
      return head.body satisfies never;
  }
}

function streams({ headers }: ResponseHead): boolean {
  return STREAMED_TYPE.test(headers.get('content-type') ?? '') || headers.get('x-accel-buffering')?.toLowerCase() === 'no';
}
