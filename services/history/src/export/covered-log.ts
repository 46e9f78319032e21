import type { CheckpointedService } from '@windlass/hash-chain';
import { readPosition } from '@windlass/resource-history';
import { CheckpointTable } from '../checkpoint/checkpoint-table.js';
import { EventSources, type SourceName } from '../source/event-sources.js';
import { joinRecords, type JoinedRecord } from './join-records.js';

/** How far a service's part has been read: how many sealed events, and the position of the last event; empty for none. */
export interface LogPlace {
  readonly number: number;
  readonly position: string;
}

export const LOG_BEGINNING: LogPlace = { number: 0, position: '' };

/** The part of an account's history that a checkpoint covers: beside each event what was sealed. */
export class CoveredLog {
  constructor(
    private readonly table: CheckpointTable,
    private readonly sources: EventSources,
  ) {}

  /** A page from a place on; where the next one begins, or undefined at the end. */
  async page(accountId: string, covered: CheckpointedService, from: LogPlace, limit: number): Promise<{ readonly records: readonly JoinedRecord[]; readonly next: LogPlace | undefined }> {
    const { service, position, events: total } = covered;
    if (position === '') return { records: [], next: undefined };
    // A checkpoint that somebody got at may name any position: then all there is is laid beside what was sealed.
    const until = readPosition(position)?.service === service ? position : '';
    const source = this.sources.named(service as SourceName);
    const [sealed, log] = await Promise.all([
      this.table.sealed(accountId, service, from.number, total, limit),
      source.readAccountLog({ after: from.position, limit, until }, this.sources.aboutAccount(accountId)),
    ]);
    const records = joinRecords({ items: sealed, hasMore: sealed.length === limit }, { items: log.events, hasMore: log.has_more }, limit);
    const next = {
      number: records.findLast((record) => record.sealed !== undefined)?.sealed?.number ?? from.number,
      position: records.findLast((record) => record.event !== undefined)?.event?.position ?? from.position,
    };
    const ended = records.length < limit && sealed.length < limit && !log.has_more;
    return { records, next: ended ? undefined : next };
  }
}
