import { LogBatch, type LogLine } from '@windlass/contracts/logs/v1/log_batch';

/** Where lines of one function go. */
export interface LogDestination {
  readonly domainId: string;
  readonly projectId: string;
  readonly groupId: string;
  readonly streamId: string;
}

export interface BatchLimits {
  readonly maxLines: number;
  readonly maxBytes: number;
}

/** Lines of one stream that wait to be shipped, oldest first. Bounded: a flood loses its own oldest lines and nobody else's. */
export class LogBuffer {
  private lines: LogLine[] = [];
  private first = 0;
  private dropped = 0;
  private droppedLabels: Record<string, string> = {};
  bytes = 0;

  constructor(
    readonly destination: LogDestination,
    private readonly maxBytes: number,
  ) {}

  get length(): number {
    return this.lines.length - this.first;
  }

  get empty(): boolean {
    return this.length === 0 && this.dropped === 0;
  }

  add(line: LogLine): void {
    this.lines.push(line);
    this.bytes += weight(line);
    while (this.bytes > this.maxBytes && this.length > 1) this.dropOldest();
  }

  dropOldest(): void {
    this.droppedLabels = this.shift().labels;
    this.dropped += 1;
  }

  /** The oldest lines as one batch, preceded by a line that says how many were lost before them. */
  take(batchId: string, limits: BatchLimits): LogBatch {
    const { domainId, projectId, groupId, streamId } = this.destination;
    const lines: LogLine[] = [];
    let bytes = 0;
    if (this.dropped > 0) lines.push(this.droppedLine());
    while (this.length > 0 && lines.length < limits.maxLines && bytes < limits.maxBytes) {
      const line = this.shift();
      bytes += weight(line);
      lines.push(line);
    }
    return { batch_id: batchId, domain_id: domainId, project_id: projectId, log_group_id: groupId, log_stream_id: streamId, lines };
  }

  private shift(): LogLine {
    const line = this.lines[this.first] as LogLine;
    this.first += 1;
    this.bytes -= weight(line);
    // Shifting an array costs its length; cutting off what is read now and then does not.
    if (this.first > 1_024 && this.first * 2 > this.lines.length) {
      this.lines = this.lines.slice(this.first);
      this.first = 0;
    }
    return line;
  }

  private droppedLine(): LogLine {
    const content = `${this.dropped} lines dropped`;
    this.dropped = 0;
    const time = this.lines[this.first]?.time_unix_nano ?? `${BigInt(Date.now()) * 1_000_000n}`;
    return { time_unix_nano: time, content, labels: { ...this.droppedLabels, request_id: '', stream: 'platform' } };
  }
}

/** Bytes a line takes, roughly: its text, its labels and what holds them. */
function weight(line: LogLine): number {
  return line.content.length + 256;
}
