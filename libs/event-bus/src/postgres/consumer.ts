import type { Pool } from 'pg';
import { isWindlassError } from '@windlass/errors';
import type { Logger } from '@windlass/telemetry';
import { Doorbell } from '../doorbell.js';
import type { ConsumeOptions } from '../event-bus.js';
import {
  partitionsWithWork,
  readBatch,
  readProgress,
  saveDeadLetter,
  saveFailure,
  saveProgress,
  type Partition,
  type PartitionProgress,
  type PositionedMessage,
} from './message-table.js';
import type { PostgresSession } from './session.js';

export interface RetryPolicy {
  /** The wait after the first failure; doubled by each further one up to the cap. */
  readonly firstMilliseconds: number;
  readonly capMilliseconds: number;
  /** A message that failed this often in a row is set aside as a dead letter. */
  readonly maxFailures: number;
}

// After a sign of work we look again soon, since a message may still wait for an older transaction, and then ever less often.
const LOOK_MILLISECONDS = { first: 5, cap: 1_000 };
const LARGEST_BATCH = 128;

/**
 * A member of a group. It looks for a partition with messages, takes the lock that makes it the only one serving that
 * partition, hands a batch over, keeps the progress and lets go. So members share the work without ever having to agree.
 */
export class Consumer {
  private readonly bell = new Doorbell();
  private stopping = false;
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
    this.stopping = true;
    this.bell.ring();
    return this.finished;
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
    const batch = await readBatch(this.pool, partition, progress);
    const last = batch.at(-1);
    if (!last) return false;
    try {
      await this.options.onMessages(batch.map(({ message }) => message));
    } catch (error) {
      await this.keepFailure(partition, progress, batch, error);
      return true;
    }
    const kept = await saveProgress(this.pool, partition, progress, last, Math.min(progress.batchLimit * 2, LARGEST_BATCH));
    if (!kept) this.logger.warn({ ...partition }, 'another member served this partition at the same time; its messages were handled twice');
    return true;
  }

  private async keepFailure(partition: Partition, progress: PartitionProgress, batch: readonly PositionedMessage[], error: unknown): Promise<void> {
    const failures = progress.failures + 1;
    const [only, ...others] = batch;
    if (only && others.length === 0 && failures >= this.retry.maxFailures && !isUnavailable(error)) {
      this.logger.error({ err: error, ...partition, key: only.message.key, id: only.message.id, failures }, 'a message was set aside in bus.dead_letters');
      await saveDeadLetter(this.pool, partition, progress, only, String(error));
      return;
    }
    const delayMilliseconds = Math.min(this.retry.firstMilliseconds * 2 ** Math.min(failures - 1, 30), this.retry.capMilliseconds);
    this.logger.warn({ err: error, ...partition, failures, retry_in_ms: delayMilliseconds }, 'a message handler failed and will be called again');
    await saveFailure(this.pool, partition, progress, { failures, delayMilliseconds });
  }
}

/** A handler says with this kind that something it needs is down: no fault of the message, however often it happens. */
function isUnavailable(error: unknown): boolean {
  return isWindlassError(error) && error.kind === 'unavailable';
}
