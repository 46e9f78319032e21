import type { Socket } from 'node:net';
import type { AccountStatus } from '@windlass/accounts';
import type { Logger } from '@windlass/telemetry';
import type { Gatekeeper } from './gatekeeper.js';
import type { HeldBodies } from './held-bodies.js';
import type { IngressLimits } from './limits.js';
import type { RouteFinder } from './route-finder.js';
import type { WorkerPool } from './worker-pool.js';

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
  readonly workers: readonly string[];
  readonly pool: WorkerPool;
  readonly logger: Logger;
}

/** The client's connection, as an exchange sees it. */
export interface ExchangeClient {
  readonly socket: Socket;
  /** IP address of the client's end. */
  readonly address: string;
  /** Whether the gateway lets connections live on. */
  mayKeepAlive(): boolean;
  /** Bytes behind the request that is being served. */
  keepUnread(bytes: Buffer): void;
  takeUnread(): Buffer;
  /** The answer is written. Without keepAlive the connection must be closed. */
  onExchangeEnded(keepAlive: boolean): void;
}
