import { Pool } from 'pg';
import type { Logger } from '@windlass/telemetry';
import { keepRelayLag, listRelayLags } from '../delivery/relay-lags.js';
import { forgetStopped, giveUp, listStoppedKeys, retryNow } from '../delivery/stopped-keys.js';
import type { BusMessage, BusStatus, ConsumeOptions, Consumption, EventBus, RelayLag, StoppedKeyName } from '../event-bus.js';
import { DEFAULT_RETRY, type RetryPolicy } from '../retry-policy.js';
import { prepareBusSchema } from './bus-schema.js';
import { Consumer } from './consumer.js';
import { surviveLostConnections } from './lost-connections.js';
import { CHANNEL, deleteConsumed, deleteOverwritten, enrollGroup, insertMessages, readLags } from './message-table.js';
import { PostgresSession } from './session.js';

export interface PostgresEventBusOptions {
  readonly connectionString: string;
  readonly logger: Logger;
  /**
   * How long, in milliseconds, a topic's messages are kept before those that every group is done with are deleted. A topic
   * that is not named is kept forever, so that a new group can rebuild its state from it.
   */
  readonly retention?: Readonly<Record<string, number>>;
  /** Three tries on the spot, then 100 ms doubling to 30 s, and a dead letter after 10 failures, by default. */
  readonly retry?: Partial<RetryPolicy>;
  /** Connections for statements, beside the one that listens; 4 by default. */
  readonly poolSize?: number;
}

const PRUNE_INTERVAL_MILLISECONDS = 5 * 60_000;
const PRUNE_ROWS = 5_000;
const PRUNE_STATEMENTS = 200;
// An overwritten message is kept a while for operators.
const OVERWRITTEN_MILLISECONDS = 60 * 60_000;

/** The EventBus in a PostgreSQL database, in the schema `bus`. */
export class PostgresEventBus implements EventBus {
  private readonly pruning: NodeJS.Timeout;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly pool: Pool,
    private readonly session: PostgresSession,
    private readonly consumers: Set<Consumer>,
    private readonly logger: Logger,
    private readonly retention: ReadonlyMap<string, number>,
    private readonly retry: RetryPolicy,
  ) {
    this.pruning = setInterval(() => {
      this.prune().catch((error: unknown) => logger.warn({ err: error }, 'old bus messages could not be deleted'));
    }, PRUNE_INTERVAL_MILLISECONDS).unref();
  }

  static async open(options: PostgresEventBusOptions): Promise<PostgresEventBus> {
    const { connectionString, logger } = options;
    const pool = new Pool({
      connectionString,
      max: options.poolSize ?? 4,
      connectionTimeoutMillis: 10_000,
      statement_timeout: 30_000,
      keepAlive: true,
      application_name: 'windlass bus',
    });
    // An idle connection that breaks is replaced at its next use; unheard, its error would end the process.
    surviveLostConnections(pool, logger);
    try {
      await prepareBusSchema(pool);
      const consumers = new Set<Consumer>();
      const session = await PostgresSession.open({
        connectionString,
        channel: CHANNEL,
        logger,
        onNotification: (topic) => consumers.forEach((consumer) => consumer.consumes(topic) && consumer.wake()),
        onReconnect: () => consumers.forEach((consumer) => consumer.wake()),
      });
      const retention = new Map(Object.entries(options.retention ?? {}));
      return new PostgresEventBus(pool, session, consumers, logger, retention, { ...DEFAULT_RETRY, ...options.retry });
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (messages.length > 0) await insertMessages(this.pool, messages);
  }

  async consume(options: ConsumeOptions): Promise<Consumption> {
    await enrollGroup(this.pool, options.group, options.topics);
    if (this.closing) throw new Error('The bus is closed.');
    const consumer = new Consumer(this.pool, this.session, options, this.retry, this.logger);
    this.consumers.add(consumer);
    return {
      stop: async () => {
        await consumer.stop();
        this.consumers.delete(consumer);
      },
    };
  }

  async identity(): Promise<string> {
    const { rows } = await this.pool.query<{ id: string }>('SELECT id FROM bus.identity');
    return `postgres:${rows[0]?.id}`;
  }

  reportRelay(lag: RelayLag): Promise<void> {
    return keepRelayLag(this.pool, lag);
  }

  async status(): Promise<BusStatus> {
    return { adapter: 'postgres', relays: await listRelayLags(this.pool), groups: await readLags(this.pool), stoppedKeys: await listStoppedKeys(this.pool) };
  }

  async retryStoppedKey(name: StoppedKeyName): Promise<boolean> {
    return this.waking(name.topic, await retryNow(this.pool, name));
  }

  async giveUpMessage(name: StoppedKeyName & { readonly messageId: string }): Promise<boolean> {
    return this.waking(name.topic, await giveUp(this.pool, name));
  }

  /**
   * Deletes what the retention of its topic no longer protects, or a newer message of its entity replaces, and every group is
   * done with; answers how many messages.
   * Runs by itself every five minutes. A bounded piece of work: what is left is for the next run.
   */
  async prune(overwrittenMilliseconds = OVERWRITTEN_MILLISECONDS): Promise<number> {
    let deleted = await this.pruneBy(() => deleteOverwritten(this.pool, overwrittenMilliseconds, PRUNE_ROWS));
    for (const [topic, milliseconds] of this.retention) {
      deleted += await this.pruneBy(() => deleteConsumed(this.pool, topic, milliseconds, PRUNE_ROWS));
    }
    return deleted;
  }

  async forgetGroup(group: string): Promise<void> {
    await forgetStopped(this.pool, group);
    await this.pool.query('DELETE FROM bus.offsets WHERE consumer_group = $1', [group]);
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async pruneBy(deleteSome: () => Promise<number>): Promise<number> {
    let deleted = 0;
    for (let statement = 0; statement < PRUNE_STATEMENTS && !this.closing; statement++) {
      const count = await deleteSome();
      deleted += count;
      if (count < PRUNE_ROWS) break;
    }
    return deleted;
  }

  private async waking(topic: string, changed: boolean): Promise<boolean> {
    if (changed) await this.pool.query('SELECT pg_notify($1, $2)', [CHANNEL, topic]);
    return changed;
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.pruning);
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.session.close();
    await this.pool.end();
  }
}
