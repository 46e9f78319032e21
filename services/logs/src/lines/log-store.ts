import type { Expression } from '../search/index.js';

/** Lines of one stream, delivered together. */
export interface LineBatch {
  /** The same id again is the same lines again. */
  readonly batchId: string;
  readonly domainId: string;
  readonly projectId: string;
  readonly streamId: string;
  readonly lines: readonly NewLine[];
}

export interface NewLine {
  /** Nanoseconds since the epoch, decimal. */
  readonly time: string;
  readonly content: string;
  /** Lines with the same labels may share one object, which spares work. */
  readonly labels: Readonly<Record<string, string>>;
}

/** "unknown stream": the stream does not exist, any longer or in that project. */
export type AppendOutcome = 'written' | 'duplicate' | 'unknown stream';

export interface LogLine {
  readonly lineNumber: bigint;
  readonly content: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface LineFilter {
  readonly streamId: string;
  /** Line numbers, both inclusive. */
  readonly from: bigint;
  readonly to: bigint;
  /** Labels that must be equal. */
  readonly labels: Readonly<Record<string, string>>;
  readonly expression?: Expression | undefined;
}

export type Order = 'ascending' | 'descending';

export interface Effort {
  /** Milliseconds since the epoch after which a search ends with what it has. */
  readonly deadline: number;
}

export interface PageRequest extends Effort {
  readonly order: Order;
  readonly limit: number;
  /** Characters of text after which a page ends before its limit, always with one line at least. */
  readonly characters?: number;
}

export interface LinePage {
  /** The first lines in that order, with no line left out between them. */
  readonly lines: readonly LogLine[];
  /** False when the search ended early: there may be more lines after these. */
  readonly complete: boolean;
}

export interface Histogram {
  /** How many lines each bucket holds, by the number of the bucket; buckets without lines are left out. */
  readonly counts: ReadonlyMap<number, number>;
  /** False when the search ended early: counts are those of the lines it came to. */
  readonly complete: boolean;
}

export interface StreamUsage {
  readonly lines: number;
  /** Bytes of the texts of the lines. */
  readonly bytes: number;
  /** Bytes they take in the store, with what finds them. */
  readonly storedBytes: number;
}

/**
 * Where lines are kept and searched. Every store gives a line a number that is larger than those of the lines its stream had
 * before, close to its time (`lineNumbers`). `Expression` means what `matches` of the search language says. Streams are found
 * by their id alone: whose they are was checked before. A line is searchable once `append` has resolved.
 *
 * The contract is `testing/log-store-contract.ts`.
 */
export abstract class LogStore {
  /** Writes the batches in order, each whole and once; all of them or, when it rejects, none. */
  abstract append(batches: readonly LineBatch[]): Promise<AppendOutcome[]>;

  abstract query(filter: LineFilter, page: PageRequest): Promise<LinePage>;

  /** All lines in order, some at a time; the value it ends with says whether it came to the end before the deadline. */
  abstract scan(filter: LineFilter, effort: Effort & { readonly order: Order }): AsyncGenerator<readonly LogLine[], boolean>;

  /** Counts lines in buckets of `step` line numbers, the first of which begins at `filter.from`. */
  abstract histogram(filter: LineFilter, effort: Effort & { readonly step: bigint }): Promise<Histogram>;

  /** The numbers of the streams' last lines: no line up to them is still to come. Streams without lines are left out. */
  abstract heads(streamIds: readonly string[]): Promise<ReadonlyMap<string, bigint>>;

  /** What streams hold, lines of the past included that have not been deleted yet. Unknown streams are left out. */
  abstract usage(streamIds: readonly string[]): Promise<ReadonlyMap<string, StreamUsage>>;

  /** Makes lines of streams live as many days as given from now on, those that are there already too. */
  abstract retain(days: ReadonlyMap<string, number>): Promise<void>;

  /** Deletes what has outlived its days; answers whether anything was deleted. Lines may stay up to two days longer. */
  abstract dropExpired(): Promise<boolean>;

  /** Deletes all lines of a stream that is gone. */
  abstract clear(streamId: string): Promise<void>;

  /** Forgets the ids of batches received before a time, `limit` at most: those can come again only as new lines. */
  abstract forgetBatches(receivedBefore: Date, limit: number): Promise<number>;

  abstract close(): Promise<void>;
}
