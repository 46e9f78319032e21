import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogLine } from '@windlass/contracts/logs/v1/log_batch';
import type { EventBus } from '@windlass/event-bus';
import type { Logger } from '@windlass/telemetry';
import { AccountQueue } from './account-queue.js';
import { LONGEST_RUN_MS, type LogDestination } from './log-buffer.js';
import { RateAllowance, type LogRate } from './rate-allowance.js';
import { messageOf, type ShippedBatch } from './shipped-batch.js';
import { SpoolRoom } from './spool/spool-room.js';
import { Spool } from './spool/spool.js';

export interface LogShipperOptions {
  readonly bus: Pick<EventBus, 'publish'>;
  readonly logger: Logger;
  /** Where lines wait on disk while they cannot be published. It is this worker's alone, and outlives it. */
  readonly spoolDirectory: string;
  /** What an account may send. Asked again and again, so that it may change. */
  readonly rateOf: (domainId: string) => LogRate;
  /** What may wait on disk, of one account and of all together. */
  readonly maxSpoolBytesOfAccount?: number;
  readonly maxSpoolBytes?: number;
  /** Lines of one stream kept in memory. */
  readonly maxStreamBytes?: number;
  /** Lines of all streams together. */
  readonly maxBytes?: number;
  /** How long a line waits for others to travel with. */
  readonly flushMs?: number;
  /** How long `close` tries to ship the rest before it leaves it in the spool. */
  readonly closeMs?: number;
}

const MIB = 1024 * 1024;
/** Batches of one publish: bounds what is in flight besides the buffers, */
const MAX_BATCHES = 32;
/** and how long an account waits for the others' turn. */
const MAX_BATCHES_OF_ACCOUNT = 4;
/** A bus that takes longer is as good as away: the spool acknowledges lines meanwhile. */
const SLOW_MS = 1_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
const QUEUE_DIRECTORY = 'account-';

type Turn = readonly [queue: AccountQueue, batches: readonly ShippedBatch[]];

/**
 * Carries lines to the log service in batches, the accounts in turns. A line is acknowledged once it is on the bus or, while the bus is away or
 * slow or the account sends more than it may, once it is in the spool on disk. What is acknowledged arrives, and once. What is not yet waits
 * in bounded buffers, and when those overflow the stream itself tells how many lines are missing.
 */
export class LogShipper {
  private readonly options: Required<LogShipperOptions>;
  /** The one that was served last is the last. */
  private readonly queues = new Map<string, AccountQueue>();
  private readonly room: SpoolRoom;
  /** Of the lines in all buffers. */
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = 0;
  private shipping: Promise<void> | undefined;
  /** Asked for since the last look at what waits. */
  private isWanted = false;
  private spilling: Promise<void> | undefined;
  /** Publishing fails, or takes too long. */
  private busIsAway = false;
  private retryMs = FIRST_RETRY_MS;
  private closing = false;
  private ended = false;
  private wakeFromRetry: () => void = () => undefined;

  private constructor(options: LogShipperOptions) {
    this.options = { maxStreamBytes: 4 * MIB, maxBytes: 64 * MIB, maxSpoolBytesOfAccount: 256 * MIB, maxSpoolBytes: 1024 * MIB, flushMs: 250, closeMs: 5_000, ...options };
    this.room = new SpoolRoom(this.options.maxSpoolBytes, this.options.maxSpoolBytesOfAccount);
  }

  /** Ships first what an earlier process has left in the spool. */
  static async open(options: LogShipperOptions): Promise<LogShipper> {
    const shipper = new LogShipper(options);
    const { spoolDirectory, logger } = options;
    await mkdir(spoolDirectory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(spoolDirectory)) {
      if (!name.startsWith(QUEUE_DIRECTORY)) continue;
      shipper.addQueue(decodeURIComponent(name.slice(QUEUE_DIRECTORY.length)), await Spool.open(join(spoolDirectory, name), shipper.room, logger));
    }
    shipper.ship();
    return shipper;
  }

  /** Takes a line; a function without a log stream has none shipped. */
  add(destination: LogDestination, line: LogLine): void {
    if (destination.streamId === '') return;
    const queue = this.queues.get(destination.domainId) ?? this.addQueue(destination.domainId, this.newSpool(destination.domainId));
    const before = queue.lineBytes;
    const buffer = queue.add(destination, line, performance.now());
    this.bytes += queue.lineBytes - before;
    if (this.bytes > this.options.maxBytes) this.dropFromTheFullest();
    if (buffer.fillsBatch && queue.hasRoomForBatches) this.ship();
    else this.shipWithin(this.options.flushMs);
  }

  /** Resolves when all lines added so far are acknowledged, or told as dropped. */
  async flush(): Promise<void> {
    this.ship();
    await Promise.all([...this.queues.values()].map((queue) => queue.settled()));
  }

  /** Ships what is left, within its bound, and leaves the rest in the spool. Lines added later are lost. */
  async close(): Promise<void> {
    this.closing = true;
    this.wakeFromRetry();
    let giveUp: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (giveUp = setTimeout(resolve, this.options.closeMs)));
    // Once more after what is under way has ended, and then what a run has held back.
    for (let round = 0; round < 2; round += 1) {
      this.ship();
      await Promise.race([this.shipping, over]);
    }
    clearTimeout(giveUp);
    // One that is running may have looked already at what waits.
    await this.spill();
    await this.spill();
    this.ended = true;
    clearTimeout(this.timer);
    const queues = [...this.queues.values()];
    const lost = queues.reduce((sum, queue) => sum + queue.unacknowledged, 0);
    if (lost > 0) this.options.logger.error({ lines: lost }, 'function log lines could neither be shipped nor spooled before the end');
    await Promise.all(queues.map((queue) => queue.close()));
  }

  private addQueue(domainId: string, spool: Spool): AccountQueue {
    const { rateOf, maxStreamBytes } = this.options;
    const allowance = new RateAllowance(() => rateOf(domainId), performance.now());
    const queue = new AccountQueue(spool, allowance, maxStreamBytes, () => this.whyDropped(domainId, allowance));
    this.queues.set(domainId, queue);
    return queue;
  }

  private newSpool(domainId: string): Spool {
    return new Spool(join(this.options.spoolDirectory, `${QUEUE_DIRECTORY}${encodeURIComponent(domainId)}`), this.room, this.options.logger);
  }

  private whyDropped(domainId: string, allowance: RateAllowance): string {
    if (this.busIsAway) return 'lines could not be shipped, and no more may wait.';
    if (allowance.waitMs(performance.now()) === 0) return 'more came at once than may wait.';
    const { linesPerSecond, bytesPerSecond } = this.options.rateOf(domainId);
    return `this account may log ${linesPerSecond} lines and ${Math.round(bytesPerSecond / 1024)} KB a second on each worker (quotas lts_line_rate and lts_kb_rate), and no more may wait.`;
  }

  private ship(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isWanted = true;
    if (this.busIsAway) void this.spill().then(() => this.bytes > 0 && this.shipWithin(this.options.flushMs));
    this.shipping ??= this.shipAll()
      .catch((error: unknown) => {
        this.options.logger.error({ err: error }, 'function log lines could not be read from the spool');
        this.isWanted = false;
        this.shipWithin(LAST_RETRY_MS);
      })
      .finally(() => {
        this.shipping = undefined;
        // Somebody asked after the last look, and before it was known to be the last.
        if (this.isWanted && !this.ended) this.ship();
      });
  }

  private shipWithin(milliseconds: number): void {
    const at = performance.now() + milliseconds;
    if (this.timer !== undefined && this.timerAt <= at) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ship(), milliseconds);
    this.timerAt = at;
  }

  /** One publish at a time keeps the order of each stream. */
  private async shipAll(): Promise<void> {
    for (;;) {
      this.isWanted = false;
      this.form();
      const { turns, toSpool, waitMs } = await this.collect();
      const spilled = Promise.all(toSpool.map((queue) => queue.spill()));
      if (turns.length > 0) await this.publish(turns);
      const moved = (await spilled).some(Boolean);
      if (this.ended || (this.closing && this.busIsAway)) return;
      if (turns.length > 0 || moved) continue;
      if (waitMs !== undefined) this.shipWithin(Math.min(waitMs, LAST_RETRY_MS));
      return;
    }
  }

  private form(): void {
    const now = performance.now();
    for (const [domainId, queue] of this.queues) {
      const before = queue.lineBytes;
      queue.form(now, this.closing);
      this.bytes += queue.lineBytes - before;
      if (queue.isEmpty && queue.allowance.isFull(now)) this.queues.delete(domainId);
    }
  }

  /**
   * The next batches of accounts in turn; those whose lines are for the spool, as others wait there or they have sent what they may; and how
   * soon there may be more.
   */
  private async collect(): Promise<{ readonly turns: readonly Turn[]; readonly toSpool: readonly AccountQueue[]; readonly waitMs: number | undefined }> {
    const turns: Turn[] = [];
    const toSpool: AccountQueue[] = [];
    let waitMs: number | undefined;
    let room = MAX_BATCHES;
    for (const [domainId, queue] of [...this.queues]) {
      if (room === 0) break;
      if (queue.isEmpty) continue;
      const mayIn = queue.allowance.waitMs(performance.now());
      waitMs = Math.min(waitMs ?? Infinity, Math.max(mayIn, LONGEST_RUN_MS));
      if (mayIn > 0 || queue.isSpooling) toSpool.push(queue);
      if (mayIn > 0 || (this.closing && queue.isSpooling)) continue;
      const batches = queue.allowance.affordable(await queue.oldest(Math.min(room, MAX_BATCHES_OF_ACCOUNT)));
      if (batches.length === 0) continue;
      room -= batches.length;
      turns.push([queue, batches]);
      this.queues.delete(domainId);
      this.queues.set(domainId, queue);
    }
    return { turns, toSpool, waitMs };
  }

  /** After a failure the same batches come again, with the same ids: whether the bus has taken them is not known. */
  private async publish(turns: readonly Turn[]): Promise<void> {
    const slow = setTimeout(() => {
      this.busIsAway = true;
      void this.spill();
    }, SLOW_MS);
    try {
      await this.options.bus.publish(turns.flatMap(([, batches]) => batches.map(messageOf)));
      this.busIsAway = false;
      this.retryMs = FIRST_RETRY_MS;
      if (this.ended) return;
      for (const [queue, batches] of turns) {
        for (const { lines, payload } of batches) queue.allowance.take(lines, payload.length);
        await queue.shipped(batches.length);
      }
    } catch (error) {
      this.busIsAway = true;
      this.options.logger.warn({ err: error, retryInMs: this.retryMs }, 'function log lines wait for the event bus');
      await this.spill();
      if (!this.closing) await this.pause(this.retryMs);
      this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
    } finally {
      clearTimeout(slow);
    }
  }

  /** Moves all that waits to disk, as far as there is room. */
  private spill(): Promise<void> {
    this.spilling ??= this.spillAll().finally(() => (this.spilling = undefined));
    return this.spilling;
  }

  private async spillAll(): Promise<void> {
    for (let moved = true; moved; ) {
      this.form();
      const unspooled = [...this.queues.values()].filter((queue) => queue.hasUnspooled);
      moved = (await Promise.all(unspooled.map((queue) => queue.spill()))).some(Boolean);
    }
  }

  /** Many functions that write while nothing can be shipped share one bound; who wrote the most loses first. */
  private dropFromTheFullest(): void {
    let fullest: AccountQueue | undefined;
    for (const queue of this.queues.values()) if (fullest === undefined || queue.lineBytes > fullest.lineBytes) fullest = queue;
    if (fullest === undefined) return;
    const before = fullest.lineBytes;
    fullest.dropOldest(this.bytes - this.options.maxBytes);
    this.bytes += fullest.lineBytes - before;
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wakeFromRetry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
