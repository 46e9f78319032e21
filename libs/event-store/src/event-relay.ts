import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Doorbell, type BusMessage, type EventBus } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import { BEGINNING, type Position } from './event-rows.js';
import { EventStore } from './event-store.js';
import { notificationChannel, requireSchemaName } from './event-tables.js';
import type { EventTypes } from './event-types.js';
import type { DomainEvent, StoredEvent } from './event.js';
import { relayBatch } from './relay-batch.js';
import { reportRelayLag } from './relay-lag.js';

export interface EventRelayOptions {
  readonly dataSource: DataSource;
  readonly schema: string;
  readonly bus: Pick<EventBus, 'publish' | 'identity' | 'reportRelay'>;
  /**
   * What other services are told of an event; nothing, one message or several. Pure: it may be asked about an event more
   * than once. A failure stops the relay at that event, loudly, until a program that can translate it runs.
   */
  readonly translate: (event: StoredEvent<DomainEvent>) => BusMessage | undefined | readonly BusMessage[];
  readonly logger: Logger;
  /** The store's own, so that `translate` sees events of the current schema only. */
  readonly eventTypes?: EventTypes;
}

const BATCH = 256;
// After a sign of work the log is looked at again soon, since an event may still wait for an older transaction to end.
const LOOK_MILLISECONDS = { first: 5, cap: 1_000 };
const STANDBY_MILLISECONDS = 1_000;
const RETRY_MILLISECONDS = { first: 100, cap: 10_000 };

/**
 * Publishes a service's events to the bus: reads the log in order from its checkpoint, publishes, then moves the
 * checkpoint, so that each event is published at least once and nothing is published that was not committed. Of all
 * relays of a schema one is active, by an advisory lock of its connection; the others stand by. It keeps one connection
 * of the data source's pool while it runs, and is not started again once it was stopped. From when it was first active it
 * reports to the bus how far it is behind, also while it cannot get on.
 */
export class EventRelay {
  private readonly store: EventStore;
  private readonly bell = new Doorbell();
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;
  private reporting: Promise<void> | undefined;

  constructor(private readonly options: EventRelayOptions) {
    this.store = new EventStore(options.dataSource, { schema: options.schema, eventTypes: options.eventTypes });
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Resolves when what is being published is published, the checkpoint is kept and the connection is given back. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.bell.ring();
    await this.running;
    await this.reporting;
  }

  private async run(): Promise<void> {
    const { logger, schema } = this.options;
    let wait = RETRY_MILLISECONDS.first;
    while (!this.stopped.signal.aborted) {
      try {
        await this.session(() => (wait = RETRY_MILLISECONDS.first));
      } catch (error) {
        logger.error({ err: error, schema, retry_in_ms: wait }, 'events cannot be relayed at the moment');
        await delay(wait, undefined, { signal: this.stopped.signal }).catch(() => undefined);
        wait = Math.min(wait * 2, RETRY_MILLISECONDS.cap);
      }
    }
  }

  /** Relays over one connection until told to stop; fails when the connection, the bus or a translation does. */
  private async session(onProgress: () => void): Promise<void> {
    const runner = this.options.dataSource.createQueryRunner();
    try {
      const ring = (): void => this.bell.ring();
      const client = (await runner.connect()) as NotifyingClient;
      client.on('notification', ring);
      try {
        await runner.query(`LISTEN ${notificationChannel(this.options.schema)}`);
        if (await this.becomeActive(runner)) await this.relay(runner.manager, onProgress);
      } finally {
        client.off('notification', ring);
        // The connection returns to a pool: neither its lock nor its notifications may go with it. A broken connection
        // has lost both, does not return, and its own error is the one to report.
        if (!runner.isReleased) await runner.query('SELECT pg_advisory_unlock_all(); UNLISTEN *').catch(() => undefined);
      }
    } finally {
      await runner.release();
    }
  }

  private async becomeActive(runner: QueryRunner): Promise<boolean> {
    const name = `windlass relay of ${requireSchemaName(this.options.schema)}`;
    while (!this.stopped.signal.aborted) {
      const rows = (await runner.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked', [name])) as { locked: boolean }[];
      if (rows[0]?.locked) return true;
      await this.bell.wait(STANDBY_MILLISECONDS);
    }
    return false;
  }

  private async relay(manager: EntityManager, onProgress: () => void): Promise<void> {
    // Each bus has a checkpoint of its own: one that holds nothing yet is told everything, from the first event on.
    const bus = await this.options.bus.identity();
    let checkpoint = await this.readCheckpoint(manager, bus);
    this.reporting ??= this.report(bus);
    let look = LOOK_MILLISECONDS.first;
    while (!this.stopped.signal.aborted) {
      const reached = await relayBatch(checkpoint, {
        read: (after) => this.store.readAll(after, BATCH, manager),
        translate: this.options.translate,
        publish: (messages) => this.options.bus.publish(messages),
        keepCheckpoint: (at) => this.keepCheckpoint(manager, bus, at),
      });
      if (reached !== undefined) {
        checkpoint = reached;
        onProgress();
        look = LOOK_MILLISECONDS.first;
      } else if (await this.bell.wait(look)) look = LOOK_MILLISECONDS.first;
      else look = Math.min(look * 2, LOOK_MILLISECONDS.cap);
    }
  }

  private report(busName: string): Promise<void> {
    const { dataSource, schema, bus, logger } = this.options;
    return reportRelayLag({ manager: dataSource.manager, schema: requireSchemaName(schema), bus, busName, logger, signal: this.stopped.signal });
  }

  private async readCheckpoint(manager: EntityManager, bus: string): Promise<Position> {
    const { schema } = this.store;
    await manager.query(`CREATE TABLE IF NOT EXISTS ${schema}.relay_checkpoints (bus text PRIMARY KEY, transaction_id xid8 NOT NULL, global_position bigint NOT NULL)`);
    // The one checkpoint there was before buses had names is that of the first PostgreSQL bus.
    await manager.query(
      `INSERT INTO ${schema}.relay_checkpoints (bus, transaction_id, global_position)
       SELECT $1, transaction_id, global_position FROM ${schema}.relay_checkpoint
        WHERE $1 LIKE 'postgres:%' AND NOT EXISTS (SELECT FROM ${schema}.relay_checkpoints WHERE bus LIKE 'postgres:%')`,
      [bus],
    );
    const rows = await manager.query<{ transactionId: string; globalPosition: string }[]>(
      `SELECT transaction_id::text AS "transactionId", global_position::text AS "globalPosition" FROM ${schema}.relay_checkpoints WHERE bus = $1`,
      [bus],
    );
    const row = rows[0];
    return row === undefined ? BEGINNING : { transactionId: BigInt(row.transactionId), globalPosition: BigInt(row.globalPosition) };
  }

  private async keepCheckpoint(manager: EntityManager, bus: string, { transactionId, globalPosition }: Position): Promise<void> {
    await manager.query(
      `INSERT INTO ${this.store.schema}.relay_checkpoints (bus, transaction_id, global_position) VALUES ($1, $2, $3)
       ON CONFLICT (bus) DO UPDATE SET transaction_id = excluded.transaction_id, global_position = excluded.global_position`,
      [bus, String(transactionId), String(globalPosition)],
    );
  }
}

/** What TypeORM's PostgreSQL driver hands out as its connection. */
interface NotifyingClient {
  on(event: 'notification', listener: () => void): unknown;
  off(event: 'notification', listener: () => void): unknown;
}
