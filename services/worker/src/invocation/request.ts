import type { BodyFraming, HeaderField } from '@windlass/http1';
import type { FailedOutcome } from './outcome.js';

/** Takes the body of a request as it comes. */
export interface BodyReceiver {
  slice(slice: Buffer): void;
  end(trailers: Iterable<HeaderField>): void;
  /** The rest will not come. */
  broken(outcome: FailedOutcome): void;
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

/** One request to a function, whoever sent it. */
export interface InvocationRequest {
  readonly requestId: string;
  readonly functionId: string;
  /** A version, or "!" and the name of an alias. */
  readonly version: string;
  /** The request needs at least this revision; 0: whatever is known. */
  readonly revision: number;
  /** Limit of the route, when smaller than the function's; 0: none. */
  readonly timeoutMs: number;
  readonly method: string;
  readonly target: string;
  /** End-to-end fields as the caller sent them. */
  readonly fields: readonly HeaderField[];
  /** The protocol the caller wants to switch to. */
  readonly upgrade: string | undefined;
  /** What the gateway knows of the call; each is passed on when it is there. */
  readonly ingress: { readonly apiId?: string; readonly sourceIp?: string; readonly stage?: string };
  readonly body: RequestBody;
}
