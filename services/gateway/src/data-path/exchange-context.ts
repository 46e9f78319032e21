import type { Socket } from 'node:net';
import type { AccountStatus } from '@windlass/accounts';
import type { CoarseTimers } from '@windlass/coarse-timers';
import type { RequestHead } from '@windlass/http1';
import type { Logger } from '@windlass/telemetry';
import type { Gatekeeper } from './gatekeeper.js';
import type { HeldBodies } from './held-bodies.js';
import type { KnownRequest } from './known-request.js';
import type { IngressLimits } from './limits.js';
import type { RefusalPace } from './refusal-pace.js';
import type { RouteFinder } from './route-finder.js';
import type { Workers } from './workers.js';

/** Whether accounts may serve. */
export interface AccountStatuses {
  statusOf(domainId: string): AccountStatus;
}

/** What every exchange works with. */
export interface ExchangeContext {
  readonly limits: IngressLimits;
  readonly finder: RouteFinder;
  readonly gatekeeper: Gatekeeper;
  readonly accounts: AccountStatuses;
  readonly heldBodies: HeldBodies;
  readonly refusalPace: RefusalPace;
  readonly workers: Workers;
  readonly timers: CoarseTimers;
  readonly logger: Logger;
}

/** The client's connection, as an exchange sees it. */
export interface ExchangeClient {
  readonly socket: Socket;
  /** IP address of the client's end. */
  readonly address: string;
  /** What this head means here: the same object when it comes again. */
  know(head: RequestHead): KnownRequest;
  /** Whether the gateway lets connections live on. */
  mayKeepAlive(): boolean;
  /** Calls `onDeadline` of the exchange when it still runs then. */
  setDeadline(ms: number): void;
  clearDeadline(): void;
  /** False while the client has more to take than it should: then it must take some of it in time. */
  keepsUp(): boolean;
  /** Bytes behind the request that is being served. */
  keepUnread(bytes: Buffer): void;
  takeUnread(): Buffer;
  /** Has an answer of ours given later, whatever becomes of its exchange; until then the client is not heard. */
  holdAnswer(ms: number, give: () => void): void;
  /** The answer is written. Without keepAlive the connection must be closed. */
  onExchangeEnded(keepAlive: boolean): void;
}
