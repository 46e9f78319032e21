import type { LogSearch } from './log-search.js';

/** Which rows to read, and whether to turn them round before they are shown. */
export interface Page {
  readonly from: bigint;
  readonly to: bigint;
  readonly order: 'ascending' | 'descending';
  readonly turned: boolean;
}

/**
 * Rows are shown in the order asked for; "forwards" and "backwards" say on which side of the cursor, seen in that order, they
 * lie. Those nearest to the cursor are wanted, so going backwards reads in the other order and turns the rows round.
 */
export function pageOf({ from, to, cursor, descending }: Pick<LogSearch, 'from' | 'to' | 'cursor' | 'descending'>): Page {
  const shown = descending ? 'descending' : 'ascending';
  if (cursor === undefined) return { from, to, order: shown, turned: false };
  const turned = cursor.direction === 'backwards';
  const later = descending === turned;
  return later
    ? { from: cursor.lineNumber >= from ? cursor.lineNumber + 1n : from, to, order: 'ascending', turned }
    : { from, to: cursor.lineNumber <= to ? cursor.lineNumber - 1n : to, order: 'descending', turned };
}
