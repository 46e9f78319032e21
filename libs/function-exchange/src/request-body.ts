import type { BodyFraming, HeaderField } from '@windlass/http1';

/** Why the rest of a request's body will not come. */
export type BodyProblem =
  | { readonly kind: 'REQUEST_TOO_LARGE' }
  | { readonly kind: 'REQUEST_MALFORMED'; readonly detail: string; readonly status: number };

/** Takes the body of a request as it comes. */
export interface BodyReceiver {
  slice(slice: Buffer): void;
  end(trailers: Iterable<HeaderField>): void;
  broken(problem: BodyProblem): void;
}

/** The body of a request, delivered once. */
export interface RequestBody {
  /** Never `until-close`. */
  readonly framing: BodyFraming;
  /** Delivers from the first byte on; what is there already before it returns. */
  start(receiver: BodyReceiver): void;
  pause(): void;
  resume(): void;
}
