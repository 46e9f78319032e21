import { randomUUID } from 'node:crypto';
import { isWindlassError } from '@windlass/errors';
import type { Logger } from '@windlass/telemetry';
import type { DataSource } from 'typeorm';
import type { LogStore } from '../lines/index.js';
import { openEvents } from '../stored-events.js';
import { ChangeTransfers } from './change-transfers.js';
import { ProgressTable, type Progress } from './progress-table.js';
import { periodEnd, shipLines } from './ship-lines.js';
import { TransferStorage } from './transfer-storage.js';
import { TransferRow, TransferTable } from './transfer-table.js';

const LOOK_EVERY_MS = 10_000;
/** So long a shipment is one process's own; then another may repeat it, to the same objects. */
const LEASE_MS = 10 * 60_000;
const RETRY_MS = 60_000;

interface Named {
  readonly transfer: TransferRow;
  readonly names: { readonly group: string; readonly stream: string };
}

/** Ships what is due, one stream after another. Several processes share the work. */
export class Transfers {
  private readonly progress: ProgressTable;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  private readonly table: TransferTable;
  private readonly changes: ChangeTransfers;

  constructor(
    private readonly dataSource: DataSource,
    private readonly lines: LogStore,
    private readonly storage: TransferStorage,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {
    this.progress = new ProgressTable(dataSource);
    this.table = new TransferTable(dataSource);
    this.changes = new ChangeTransfers(openEvents(dataSource), this.table);
  }

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.run()).catch((error: unknown) => this.logger.warn({ err: error }, 'logs could not be shipped'));
    }, LOOK_EVERY_MS).unref();
  }

  /** Resolves when the stream that is being shipped has been. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.running;
    this.storage.close();
  }

  /** Ships all that is due, and ends what has nothing left to ship. */
  async run(): Promise<void> {
    for (const row of await this.table.forsaken()) await this.end(row);
    await this.progress.settle();
    while (!this.stopping) {
      const claimed = await this.progress.claim(new Date(this.now()), LEASE_MS);
      if (claimed === undefined) return;
      await this.ship(claimed);
    }
  }

  /** All its streams were deleted. Somebody else may have ended it meanwhile. */
  private async end(row: TransferRow): Promise<void> {
    const requestId = randomUUID();
    const { domainId, projectId } = row;
    try {
      await this.changes.end({ domainId, projectId, actor: 'platform', requestId, metadata: { actor: 'platform', requestId } }, row);
    } catch (error) {
      if (!isWindlassError(error) || error.kind !== 'not_found') throw error;
    }
  }

  private async ship(progress: Progress): Promise<void> {
    const found = await this.find(progress);
    // The transfer or the stream is gone: there is nothing to ship, and soon nothing to remember.
    if (found === undefined) return;
    const { transfer, names } = found;
    const now = this.now();
    try {
      const bucket = await this.storage.bucketOf(transfer.projectId, transfer.settings.bucket);
      await shipLines(this.lines, this.progress, { progress, settings: transfer.settings, names, bucket, now });
      await this.progress.finish(progress, new Date(periodEnd(transfer.settings.periodMinutes, now)));
    } catch (error) {
      this.logger.warn({ err: error, transfer_id: progress.transferId, log_stream_id: progress.streamId }, 'log lines could not be shipped');
      await this.progress.fail(progress, problemOf(error), new Date(now + RETRY_MS));
    }
  }

  private async find({ transferId, streamId }: Progress): Promise<Named | undefined> {
    const transfer = await this.dataSource.getRepository(TransferRow).findOneBy({ id: transferId });
    const [names] = await this.dataSource.query<{ group: string; stream: string }[]>(
      'SELECT log_group.name AS group, stream.name AS stream FROM logs.log_streams AS stream JOIN logs.log_groups AS log_group ON log_group.id = stream.group_id WHERE stream.id = $1',
      [streamId],
    );
    return transfer === null || names === undefined ? undefined : { transfer, names };
  }
}

/** For the tenant: what is wrong with the bucket, and nothing of the inside of the platform. */
function problemOf(error: unknown): string {
  if (isWindlassError(error)) return error.message;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === undefined ? 'The lines could not be shipped; it is tried again every minute.' : `The storage answered with status ${status}; it is tried again every minute.`;
}
