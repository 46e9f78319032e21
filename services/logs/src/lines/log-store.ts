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

/**
 * Where lines are kept and searched. `Expression` means what `matches` of the search language says, and streams are
 * found by their id alone: whose they are was checked before.
 */
export abstract class LogStore {
  /** Writes the batches in order, each whole and once; all of them or, when it rejects, none. */
  abstract append(batches: readonly LineBatch[]): Promise<AppendOutcome[]>;

  abstract query(filter: LineFilter, page: { readonly order: 'ascending' | 'descending'; readonly limit: number }): Promise<LogLine[]>;

  abstract count(filter: LineFilter): Promise<number>;

  /** Deletes a stream's oldest lines before a number, `limit` at most; answers how many. */
  abstract prune(streamId: string, before: bigint, limit: number): Promise<number>;

  /** Deletes what is left of a stream that is gone, `limit` lines at most; true when nothing is left any more. */
  abstract clear(streamId: string, limit: number): Promise<boolean>;

  /** Forgets the ids of batches received before a time, `limit` at most: those can come again only as new lines. */
  abstract forgetBatches(receivedBefore: Date, limit: number): Promise<number>;
}
