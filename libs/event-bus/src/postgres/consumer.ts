import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from '@windlass/telemetry';
import { deliver, type Delivered } from '../delivery/deliver.js';
import { retryStoppedKey } from '../delivery/retry-stopped-key.js';
import { park, readDueKeys, readStopped, waitingIn, type Partition, type PositionedMessage } from '../delivery/stopped-keys.js';
import { Doorbell } from '../doorbell.js';
import type { ConsumeOptions } from '../event-bus.js';
import { retryDelay, type RetryPolicy } from '../retry-policy.js';
import { partitionsWithWork, readBatch, readProgress, saveFailure, saveProgress, type PartitionProgress } from './message-table.js';
import type { PostgresSession } from './session.js';

// After a sign of work we look again soon, since a message may still wait for an older transaction, and then ever less often.
const LOOK_MILLISECONDS = { first: 5, cap: 1_000 };
const LARGEST_BATCH = 128;
/** Stopped keys tried again in one turn of a partition. */
const KEYS_A_TURN = 16;

/**
 * A member of a group. It looks for a partition with messages, takes the lock that makes it the only one serving that
 * partition, hands a batch over, keeps the progress and lets go. So members share the work without ever having to agree.
 */
export class Consumer {
  private readonly bell = new Doorbell();
  private readonly stopped = new AbortController();
  private readonly finished: Promise<void>;

  constructor(
    private readonly pool: Pool,
    private readonly session: PostgresSession,
    private readonly options: ConsumeOptions,
    private readonly retry: RetryPolicy,
    private readonly logger: Logger,
  ) {
    this.finished = this.run();
  }

  consumes(topic: string): boolean {
    return this.options.topics.includes(topic);
  }

  wake(): void {
    this.bell.ring();
  }

  stop(): Promise<void> {
    this.stopped.abort();
    this.bell.ring();
    return this.finished;
  }

  private get stopping(): boolean {
    return this.stopped.signal.aborted;
  }

  private async run(): Promise<void> {
    let look = LOOK_MILLISECONDS.first;
    while (!this.stopping) {
      const worked = await this.serveAny().catch((error: unknown) => {
        this.logger.warn({ err: error, group: this.options.group }, 'the bus cannot be read at the moment');
        return false;
      });
      if (worked) look = LOOK_MILLISECONDS.first;
      else if (await this.bell.wait(look)) look = LOOK_MILLISECONDS.first;
      else look = Math.min(look * 2, LOOK_MILLISECONDS.cap);
    }
  }

  /** Serves the first partition that has work and is free; false when there is none. */
  private async serveAny(): Promise<boolean> {
    for (const partition of await partitionsWithWork(this.pool, this.options.group, this.options.topics)) {
      if (this.stopping) return false;
      const lease = await this.session.tryLock(`windlass bus ${partition.group}/${partition.topic}/${partition.partition}`);
      if (!lease) continue;
      try {
        if (await this.serve(partition)) return true;
      } finally {
        await lease.release();
      }
    }
    return false;
  }

  private async serve(partition: Partition): Promise<boolean> {
    const progress = await readProgress(this.pool, partition);
    if (!progress) return false;
    const retried = await this.retryStoppedKeys(partition);
    const batch = await readBatch(this.pool, partition, progress);
    if (batch.length === 0) return retried;
    const delivered = await deliver(batch, {
      onMessages: this.options.onMessages,
      ...(await readStopped(this.pool, partition)),
      retry: this.retry,
      pause: (milliseconds) => delay(milliseconds, undefined, { signal: this.stopped.signal }).catch(() => undefined),
      interrupted: () => this.stopping,
    });
    await this.keep(partition, progress, batch, delivered);
    return true;
  }

  /** Moves on past what is done with; what failed and what waits behind it is parked in the same transaction. */
  private async keep(partition: Partition, progress: PartitionProgress, batch: readonly PositionedMessage[], { done, parked, waits }: Delivered<PositionedMessage>): Promise<void> {
    const last = batch[done - 1];
    const batchLimit = waits === undefined ? Math.min(progress.batchLimit * 2, LARGEST_BATCH) : 1;
    if (last !== undefined) {
      const kept = parked.length === 0 ? await saveProgress(this.pool, partition, progress, last, batchLimit) : await this.keepParked(partition, progress, last, batchLimit, parked);
      if (!kept) return this.logger.warn({ ...partition }, 'another member served this partition at the same time; its messages were handled twice');
    }
    if (waits !== undefined) {
      const failures = progress.failures + 1;
      const delayMilliseconds = retryDelay(this.retry, failures);
      this.logger.warn({ err: waits.error, ...partition, failures, retry_in_ms: delayMilliseconds, waits_for: waits.reason }, 'a partition waits and will be tried again');
      await saveFailure(this.pool, partition, last ?? progress, { failures, delayMilliseconds });
    }
  }

  private async keepParked(partition: Partition, progress: PartitionProgress, last: PositionedMessage, batchLimit: number, parked: Delivered<PositionedMessage>['parked']): Promise<boolean> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const kept = await saveProgress(client, partition, progress, last, batchLimit);
      if (kept) await park(client, partition, parked, retryDelay(this.retry, this.retry.triesOnTheSpot), this.retry.triesOnTheSpot);
      await client.query(kept ? 'COMMIT' : 'ROLLBACK');
      client.release();
      if (kept) this.tellStopped(partition, parked);
      return kept;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  private tellStopped(partition: Partition, parked: Delivered<PositionedMessage>['parked']): void {
    for (const { positioned, error } of parked) {
      if (error === undefined) continue;
      this.logger.error({ err: error, ...partition, key: positioned.message.key, id: positioned.message.id }, 'a message could not be handled and stops its key; other keys go on');
    }
  }

  private async retryStoppedKeys(partition: Partition): Promise<boolean> {
    const due = await readDueKeys(this.pool, partition, KEYS_A_TURN);
    for (const key of due) {
      if (this.stopping) break;
      await retryStoppedKey(waitingIn(this.pool), key, { onMessages: this.options.onMessages, retry: this.retry, logger: this.logger });
    }
    return due.length > 0;
  }
}
