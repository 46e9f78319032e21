import { DataSource } from 'typeorm';

/** How far a transfer has come with one of its streams. */
export interface Progress {
  readonly transferId: string;
  readonly streamId: string;
  /** The number of the last line that was shipped. */
  readonly shippedTo: bigint;
  /** Lines up to this number are being shipped, and will be if that is broken off; null where none are. */
  readonly shippingTo: bigint | null;
}

export interface ShownProgress extends Pick<Progress, 'transferId' | 'streamId' | 'shippedTo'> {
  readonly began: bigint;
  /** Empty where the last attempt did not fail. */
  readonly problem: string;
}

interface Row {
  readonly transfer_id: string;
  readonly stream_id: string;
  readonly shipped_to: string;
  readonly shipping_to: string | null;
}

/** What has been shipped: facts, which are not made again from events. */
export class ProgressTable {
  constructor(private readonly dataSource: DataSource) {}

  /** Begins what is new with the lines from the transfer's creation on, and forgets what is gone. */
  async settle(): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO logs.transfer_progress (transfer_id, stream_id, began, shipped_to, due_at)
       SELECT transfer.id, stream.id, (extract(epoch FROM transfer.created_at) * 1000)::bigint * 1000000 - 1, (extract(epoch FROM transfer.created_at) * 1000)::bigint * 1000000 - 1, now()
         FROM logs.log_transfers AS transfer JOIN logs.log_streams AS stream ON stream.id = ANY (transfer.stream_ids) ON CONFLICT DO NOTHING`,
    );
    await this.dataSource.query('DELETE FROM logs.transfer_progress WHERE transfer_id NOT IN (SELECT id FROM logs.log_transfers) OR stream_id NOT IN (SELECT id FROM logs.log_streams)');
  }

  /** Takes one that is due: nobody else does within the time. Undefined when none is. */
  async claim(now: Date, forMs: number): Promise<Progress | undefined> {
    // An UPDATE answers with its rows and their count.
    const [rows] = await this.dataSource.query<[Row[], number]>(
      `UPDATE logs.transfer_progress SET due_at = $2 WHERE (transfer_id, stream_id) = (
         SELECT transfer_id, stream_id FROM logs.transfer_progress JOIN logs.log_transfers ON log_transfers.id = transfer_id
          WHERE due_at <= $1 AND (settings->>'enabled')::boolean ORDER BY due_at LIMIT 1 FOR UPDATE OF transfer_progress SKIP LOCKED)
       RETURNING transfer_id, stream_id, shipped_to::text, shipping_to::text`,
      [now, new Date(now.getTime() + forMs)],
    );
    const row = rows[0];
    return row && { transferId: row.transfer_id, streamId: row.stream_id, shippedTo: BigInt(row.shipped_to), shippingTo: row.shipping_to === null ? null : BigInt(row.shipping_to) };
  }

  /** Says that lines up to a number are about to be shipped. */
  async intend({ transferId, streamId }: Progress, to: bigint): Promise<void> {
    await this.dataSource.query('UPDATE logs.transfer_progress SET shipping_to = $3 WHERE transfer_id = $1 AND stream_id = $2', [transferId, streamId, String(to)]);
  }

  /** Says that lines up to a number have been shipped. */
  async shipped({ transferId, streamId }: Progress, to: bigint): Promise<void> {
    await this.dataSource.query('UPDATE logs.transfer_progress SET shipped_to = greatest(shipped_to, $3) WHERE transfer_id = $1 AND stream_id = $2', [transferId, streamId, String(to)]);
  }

  async finish({ transferId, streamId }: Progress, dueAt: Date): Promise<void> {
    await this.dataSource.query(`UPDATE logs.transfer_progress SET shipping_to = NULL, problem = '', due_at = $3 WHERE transfer_id = $1 AND stream_id = $2`, [transferId, streamId, dueAt]);
  }

  async fail({ transferId, streamId }: Progress, problem: string, dueAt: Date): Promise<void> {
    await this.dataSource.query('UPDATE logs.transfer_progress SET problem = $3, due_at = $4 WHERE transfer_id = $1 AND stream_id = $2', [transferId, streamId, problem, dueAt]);
  }

  async of(transferIds: readonly string[]): Promise<readonly ShownProgress[]> {
    const rows = await this.dataSource.query<(Row & { began: string; problem: string })[]>(
      'SELECT transfer_id, stream_id, began::text, shipped_to::text, problem FROM logs.transfer_progress WHERE transfer_id = ANY ($1::uuid[]) ORDER BY stream_id',
      [transferIds],
    );
    return rows.map(({ transfer_id: transferId, stream_id: streamId, began, shipped_to, problem }) => ({ transferId, streamId, began: BigInt(began), shippedTo: BigInt(shipped_to), problem }));
  }
}

