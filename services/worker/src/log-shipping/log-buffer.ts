import type { LogBatch, LogLine } from '@windlass/contracts/logs/v1/log_batch';
import type { Tally } from './tally.js';

/** Where lines of one function go. */
export interface LogDestination {
  readonly domainId: string;
  readonly projectId: string;
  readonly groupId: string;
  readonly streamId: string;
}

export const BATCH = { lines: 500, bytes: 256 * 1024 };

/** What an instance writes to one of its outputs for one request within so short a time belongs together, such as a stack trace. */
const PAUSE_WITHIN_RUN_MS = 10;
export const LONGEST_RUN_MS = 100;

/** What the platform says stands where it says it: a request's lines lie between its start and its finish. */
const PLATFORM = 'platform';

/** Lines that stay together whatever others write meanwhile. */
interface Run {
  readonly key: string;
  readonly lines: LogLine[];
  /** The first that was not taken yet. */
  next: number;
  readonly beganAt: number;
  lastAt: number;
}

/**
 * Lines of one stream that wait to be shipped, oldest first, but for those of a run, which follow each other. Bounded: a flood loses its own
 * oldest lines and nobody else's.
 */
export class LogBuffer {
  private runs: Run[] = [];
  private firstRun = 0;
  /** The youngest run of each writer. */
  private readonly youngest = new Map<string, Run>();
  private dropped = 0;
  private droppedLabels: Record<string, string> = {};
  length = 0;
  bytes = 0;

  constructor(
    readonly destination: LogDestination,
    private readonly maxBytes: number,
    /** What became of its lines. */
    readonly tally: Tally,
  ) {}

  get isEmpty(): boolean {
    return this.length === 0 && this.dropped === 0;
  }

  get fillsBatch(): boolean {
    return this.length >= BATCH.lines || this.bytes >= BATCH.bytes;
  }

  /** `now` in milliseconds of any clock that rises. */
  add(line: LogLine, now: number): void {
    const { instance = '', stream = '', request_id: requestId = '' } = line.labels;
    if (stream === PLATFORM) this.runs.push({ key: '', lines: [line], next: 0, beganAt: -Infinity, lastAt: now });
    else this.addToRun(`${instance}/${stream}/${requestId}`, line, now);
    this.length += 1;
    this.bytes += weight(line);
    this.tally.added += 1;
    while (this.bytes > this.maxBytes && this.length > 1) this.dropOldest();
  }

  private addToRun(key: string, line: LogLine, now: number): void {
    let run = this.youngest.get(key);
    if (run === undefined || !isYoung(run, now)) {
      run = { key, lines: [], next: 0, beganAt: now, lastAt: now };
      this.youngest.set(key, run);
      this.runs.push(run);
    }
    run.lines.push(line);
    run.lastAt = now;
  }

  dropOldest(): void {
    this.droppedLabels = this.shift().labels;
    this.dropped += 1;
    this.tally.settle(1);
  }

  /**
   * The oldest lines as one batch, preceded by one that says how many were lost before them, and why. Undefined when there is none: a run
   * that may still go on is left for later, unless so many lines wait that it cannot be.
   */
  take(batchId: string, now: number, whyDropped: () => string, isLast = false): { readonly batch: LogBatch; readonly taken: number } | undefined {
    const lines: LogLine[] = [];
    const takesAll = isLast || this.fillsBatch;
    if (this.dropped > 0) lines.push(this.droppedLine(whyDropped()));
    let taken = 0;
    for (let bytes = 0; this.length > 0 && taken < BATCH.lines && bytes < BATCH.bytes; taken += 1) {
      if (!takesAll && isYoung(this.runs[this.firstRun] as Run, now)) break;
      const line = this.shift();
      bytes += weight(line);
      lines.push(line);
    }
    if (lines.length === 0) return undefined;
    const { domainId, projectId, groupId, streamId } = this.destination;
    return { batch: { batch_id: batchId, domain_id: domainId, project_id: projectId, log_group_id: groupId, log_stream_id: streamId, lines }, taken };
  }

  private shift(): LogLine {
    const run = this.runs[this.firstRun] as Run;
    const line = run.lines[run.next] as LogLine;
    run.next += 1;
    this.length -= 1;
    this.bytes -= weight(line);
    if (run.next < run.lines.length) return line;
    if (this.youngest.get(run.key) === run) this.youngest.delete(run.key);
    this.firstRun += 1;
    // Shifting an array costs its length; cutting off what is read now and then does not.
    if (this.firstRun > 1_024 && this.firstRun * 2 > this.runs.length) {
      this.runs = this.runs.slice(this.firstRun);
      this.firstRun = 0;
    }
    return line;
  }

  private droppedLine(why: string): LogLine {
    const content = `${this.dropped} ${this.dropped === 1 ? 'line' : 'lines'} dropped: ${why}`;
    this.dropped = 0;
    const { request_id: _, ...labels } = this.droppedLabels;
    const next = this.runs[this.firstRun];
    const time = next?.lines[next.next]?.time_unix_nano ?? `${BigInt(Date.now()) * 1_000_000n}`;
    return { time_unix_nano: time, content, labels: { ...labels, stream: PLATFORM } };
  }
}

function isYoung({ beganAt, lastAt }: Run, now: number): boolean {
  return now - lastAt < PAUSE_WITHIN_RUN_MS && now - beganAt < LONGEST_RUN_MS;
}

/** Bytes a line takes, roughly: its text, its labels and what holds them. */
function weight(line: LogLine): number {
  return line.content.length + 256;
}
