import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { CoarseTimers } from '@windlass/coarse-timers';
import type { FunctionServer } from '@windlass/function-exchange';
import type { Logger } from '@windlass/telemetry';
import { ClientConnection } from './client-connection.js';
import type { AccountStatuses, ExchangeContext } from './exchange-context.js';
import { type CallerAuthenticator, Gatekeeper } from './gatekeeper.js';
import { HeldBodies } from './held-bodies.js';
import { DEFAULT_LIMITS, type IngressLimits } from './limits.js';
import { refusalBytes, refusals } from './refusal.js';
import { RefusalPace } from './refusal-pace.js';
import { type FetchGroupRoutes, RouteFinder } from './route-finder.js';
import type { RouteTable } from './route-table.js';
import { Workers } from './workers.js';

export interface IngressOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The worker in this process, if there is one. */
  readonly localWorker?: FunctionServer;
  /** Paths of the data sockets of workers in other processes. */
  readonly workerSockets: readonly string[];
  readonly routes: RouteTable;
  readonly fetchGroupRoutes: FetchGroupRoutes;
  readonly authenticator: CallerAuthenticator;
  readonly accounts: AccountStatuses;
  readonly limits?: Partial<IngressLimits>;
  readonly logger: Logger;
}

const LISTEN_BACKLOG = 1_024;

/** The public HTTP/1.1 server: every request goes to a worker, every answer back. */
export class Ingress {
  private readonly connections = new Set<ClientConnection>();
  private served = 0;
  private held = 0;

  private constructor(
    private readonly server: Server,
    private readonly context: ExchangeContext,
  ) {
    server.on('connection', (socket: Socket) => this.accept(socket));
  }

  static async listen(options: IngressOptions): Promise<Ingress> {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    // A client that has sent its last request may end its side and still read the answer.
    const server = createServer({ allowHalfOpen: true });
    const ingress = new Ingress(server, {
      limits,
      finder: new RouteFinder(options.routes, options.fetchGroupRoutes),
      gatekeeper: new Gatekeeper(options.authenticator),
      accounts: options.accounts,
      heldBodies: new HeldBodies(limits),
      refusalPace: new RefusalPace(limits),
      workers: Workers.of(options.localWorker, options.workerSockets, limits),
      timers: new CoarseTimers(),
      logger: options.logger,
    });
    server.listen({ host: options.host, port: options.port, backlog: LISTEN_BACKLOG });
    await once(server, 'listening');
    return ingress;
  }

  /** The port that is listened on. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Client connections open now. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** Requests whose head was read, since the start. */
  get requestCount(): number {
    return this.served;
  }

  /** Requests that were answered by the gateway or a worker instead of a function, since the start. */
  get refusalCount(): number {
    return this.context.refusalPace.count;
  }

  /** How many of them wait to be told so at the moment. */
  get heldRefusalCount(): number {
    return this.held;
  }

  /** Takes no new connection, lets running requests end within `drainMs`, then ends everything. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const connection of this.connections) connection.retire();
    const drained = setTimeout(() => {
      for (const connection of this.connections) connection.destroy();
    }, this.context.limits.drainMs);
    await closed;
    clearTimeout(drained);
    this.context.workers.close();
  }

  private accept(socket: Socket): void {
    const { maxConnections } = this.context.limits;
    if (this.connections.size >= maxConnections) {
      const refusal = refusals.tooManyConnections(maxConnections);
      socket.on('error', () => socket.destroy());
      socket.write(refusalBytes(refusal, randomUUID(), { keepAlive: false, withBody: true }));
      socket.destroySoon();
      return;
    }
    const connection = new ClientConnection(socket, this.context, {
      onRequest: () => (this.served += 1),
      onHeld: () => (this.held += 1),
      onReleased: () => (this.held -= 1),
      onClosed: () => this.connections.delete(connection),
    });
    this.connections.add(connection);
  }
}
