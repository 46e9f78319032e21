import { AppConnection, type Dial } from './app-connection.js';

// Node's own server, the most common app, closes an idle connection after five seconds. An app that makes no promise is
// trusted a little less long than that.
const UNPROMISED_IDLE_MS = 4_000;
// The app's promise and our clock start at different moments.
const PROMISE_MARGIN_MS = 1_000;
/** Dials of one instance at once; what is beyond waits its turn, as many as the function may have requests. */
const MAX_DIALS = 128;

/** The keep-alive connections of one instance. They are never used for another one. */
export class AppConnections {
  /** Most recently used last. */
  private readonly idle: AppConnection[] = [];
  private closed = false;
  private dialling = 0;
  private readonly turns: (() => void)[] = [];

  constructor(private readonly dial: Dial) {}

  /**
   * An idle connection that the app most likely still holds open, if there is one. It may be closing it at this moment, so whatever
   * is sent on it must be such that it can be sent again.
   */
  reuse(now: number): AppConnection | undefined {
    for (let connection = this.idle.pop(); connection !== undefined; connection = this.idle.pop()) {
      if (!connection.closed && now - connection.idleSince < trustedIdleMs(connection)) {
        connection.reused = true;
        return connection;
      }
      connection.destroy();
    }
    return undefined;
  }

  /** A connection is about to be opened although one may be idle: one of those makes room, so that they do not add up. */
  makeRoom(): void {
    this.idle.shift()?.destroy();
  }

  /** Rejects with a DialFailure. */
  async open(timeoutMs: number): Promise<AppConnection> {
    if (this.dialling >= MAX_DIALS) await new Promise<void>((resolve) => this.turns.push(resolve));
    this.dialling += 1;
    try {
      return await AppConnection.open(this.dial, timeoutMs);
    } finally {
      this.dialling -= 1;
      this.turns.shift()?.();
    }
  }

  /** Takes back a connection on which a whole exchange has ended. */
  giveBack(connection: AppConnection, now: number, keepAliveMs: number | undefined): void {
    connection.user = undefined;
    if (this.closed || connection.closed) {
      connection.destroy();
      return;
    }
    connection.idleSince = now;
    connection.keepAliveMs = keepAliveMs;
    this.idle.push(connection);
  }

  /** Closes what nobody uses. */
  dropIdle(): void {
    for (const connection of this.idle.splice(0)) connection.destroy();
  }

  close(): void {
    this.closed = true;
    this.dropIdle();
  }
}

function trustedIdleMs({ keepAliveMs }: AppConnection): number {
  return keepAliveMs === undefined ? UNPROMISED_IDLE_MS : keepAliveMs - PROMISE_MARGIN_MS;
}
