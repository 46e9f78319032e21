import type { RecordedEvent } from '@windlass/contracts/history/v1/event_source_service';
import { readPosition } from '@windlass/resource-history';
import type { NumberedSeal } from '../checkpoint/checkpoint-table.js';

/** One place of a service's log: what was sealed there, and what is there. */
export interface JoinedRecord {
  readonly sealed?: NumberedSeal;
  readonly event?: RecordedEvent;
}

/** A page of a list; there may be more of it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
}

/**
 * Sealed events and events of one service, both in order, laid side by side by their places. Ends where a list that goes on
 * ends: what it has next could belong before what the other one has.
 */
export function joinRecords(sealed: Page<NumberedSeal>, events: Page<RecordedEvent>, limit: number): readonly JoinedRecord[] {
  const records: JoinedRecord[] = [];
  let [s, e] = [0, 0];
  while (records.length < limit) {
    const [seal, event] = [sealed.items[s], events.items[e]];
    if ((seal === undefined && (sealed.hasMore || event === undefined)) || (event === undefined && events.hasMore)) break;
    const order = seal === undefined ? 1 : event === undefined ? -1 : compare(seal.sealed.position, event.position);
    records.push({ ...(order <= 0 && seal !== undefined ? { sealed: seal } : {}), ...(order >= 0 && event !== undefined ? { event } : {}) });
    if (order <= 0) s += 1;
    if (order >= 0) e += 1;
  }
  return records;
}

/** A sealed position that cannot be read was tampered with: it is told before anything else. */
function compare(sealed: string, there: string): number {
  const [a, b] = [readPosition(sealed), readPosition(there)];
  if (a === undefined || b === undefined) return -1;
  if (a.transactionId !== b.transactionId) return a.transactionId < b.transactionId ? -1 : 1;
  return a.globalPosition === b.globalPosition ? 0 : a.globalPosition < b.globalPosition ? -1 : 1;
}
