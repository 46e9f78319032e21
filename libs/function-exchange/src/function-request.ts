import type { HeaderList } from '@windlass/http1';
import type { Caller } from './caller.js';
import type { RequestBody } from './request-body.js';

/** Goes with every request that differs from another one in nothing but its id and its body. */
export interface RequestMemo {
  /** What a worker has made of it: its own to set and to know. */
  made: object | undefined;
}

/** One request to a function, whoever sent it. Whoever makes one has checked its texts: they are written as they are. */
export interface FunctionRequest {
  readonly requestId: string;
  readonly functionId: string;
  /** A version, or "!" and the name of an alias. */
  readonly version: string;
  /** The request needs at least this revision; 0: whatever is known. */
  readonly revision: number;
  /** Limit of the route, when smaller than the function's, in milliseconds; 0: none. */
  readonly timeoutMs: number;
  readonly method: string;
  readonly target: string;
  /** The fields as the caller sent them, for whoever decides by them; they are not what is sent on. */
  readonly headers: HeaderList;
  /** What the caller says to the function: lines of `FunctionFields` and the gateway's own, each with its ending. */
  readonly fieldLines: string;
  /** The protocol the caller wants to switch to. */
  readonly upgrade: string | undefined;
  // What the gateway knows of the call; each is passed on when it is there.
  readonly apiId: string | undefined;
  readonly sourceIp: string | undefined;
  readonly stage: string | undefined;
  readonly body: RequestBody;
  /** Where the caller knows that it repeats itself. */
  readonly memo?: RequestMemo;
}

/** Runs functions: a worker. */
export interface FunctionServer {
  /**
   * Serves one request. Never throws: the caller is given exactly one of a whole answer (`head`, `data`, `end`), an answer that is
   * cut off (`cut`), a failure (`fail`) or another protocol (`upgrade`), unless it is gone, when it is given nothing any more.
   */
  serve(request: FunctionRequest, caller: Caller): void;
}
