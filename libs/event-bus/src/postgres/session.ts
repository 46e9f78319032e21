import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from '@windlass/telemetry';

const RECONNECT_MILLISECONDS = { first: 50, cap: 5_000 };

/** Held until released, or until the connection it was taken on is lost. */
export interface Lease {
  release(): Promise<void>;
}

/**
 * The one connection whose being there means something: it listens for notifications, and it holds the advisory locks
 * that say which partitions are being served from here. It is made anew whenever it is lost.
 *
 * Locks are a session's, and not row locks of an open transaction, for a reason: a transaction that is open while a
 * handler runs would hold back every reader that waits for older transactions to settle.
 */
export class PostgresSession {
  private client: Client | undefined;
  private closed = false;
  private readonly abort = new AbortController();
  private turn: Promise<unknown> = Promise.resolve();
  private reconnecting: Promise<void> = Promise.resolve();
  private readonly held = new Set<string>();

  private constructor(
    private readonly options: { connectionString: string; channel: string; logger: Logger; onNotification: (payload: string) => void; onReconnect: () => void },
  ) {}

  static async open(options: PostgresSession['options']): Promise<PostgresSession> {
    const session = new PostgresSession(options);
    await session.connect();
    return session;
  }

  /**
   * Takes the named lock if it is free. Locks of one PostgreSQL session do not exclude each other, so a name that is held
   * from here already is refused here.
   */
  async tryLock(name: string): Promise<Lease | undefined> {
    const client = this.client;
    if (!client || this.held.has(name)) return undefined;
    this.held.add(name);
    try {
      const { rows } = await this.inTurn(() => client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked', [name]));
      if (!rows[0]?.locked) {
        this.held.delete(name);
        return undefined;
      }
    } catch (error) {
      this.held.delete(name);
      // Whether the lock was taken is not known; without the connection it is not.
      await client.end().catch(() => undefined);
      throw error;
    }
    return { release: () => this.unlock(client, name) };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.abort.abort();
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
    await this.reconnecting;
  }

  private async unlock(client: Client, name: string): Promise<void> {
    try {
      // A lost connection took its locks with it.
      if (client === this.client) await this.inTurn(() => client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name]));
    } finally {
      this.held.delete(name);
    }
  }

  /** A PostgreSQL connection serves one statement at a time. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async connect(): Promise<void> {
    const { connectionString, channel, logger } = this.options;
    const client = new Client({ connectionString, connectionTimeoutMillis: 10_000, statement_timeout: 30_000, keepAlive: true, application_name: 'windlass bus session' });
    client.on('error', (error) => logger.warn({ err: error }, 'the bus session was interrupted'));
    client.on('notification', ({ payload }) => this.options.onNotification(payload ?? ''));
    client.once('end', () => {
      if (this.client !== client) return;
      this.client = undefined;
      this.reconnecting = this.reconnect();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    if (this.closed) await client.end();
    else this.client = client;
  }

  private async reconnect(): Promise<void> {
    for (let wait = RECONNECT_MILLISECONDS.first; !this.closed; wait = Math.min(wait * 2, RECONNECT_MILLISECONDS.cap)) {
      try {
        await this.connect();
        // What was notified in between went unheard.
        this.options.onReconnect();
        return;
      } catch (error) {
        this.options.logger.warn({ err: error, retry_in_ms: wait }, 'the bus session cannot be re-established yet');
        await delay(wait, undefined, { signal: this.abort.signal }).catch(() => undefined);
      }
    }
  }
}
