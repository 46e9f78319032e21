import { Socket } from 'node:net';
import { epochNanoseconds } from './clock.js';
import type { OutputLine } from './instance-spec.js';
import { LineSplitter, textOfLine, type SplitLine } from './line-splitter.js';

/** What one instance may write, per second and at once. What is beyond is dropped and counted. */
const LINES_PER_SECOND = 5_000;
const BYTES_PER_SECOND = 1024 * 1024;
/**
 * Dropping costs processor time too, and that is everybody's: after the first line too many the rest of a window is counted only, and beyond
 * this much reading itself pauses until the window is over.
 */
const WINDOW_MS = 100;
const BYTES_PER_WINDOW = 1024 * 1024;
const REPORT_DELAY_MS = 1_000;
/** A line that does not end is given as far as it has come; at the latest after twice as long. */
const UNFINISHED_MS = 1_000;

const TAIL_LINES = 20;
const TAIL_BYTES = 4 * 1024;

/**
 * Reads stdout and stderr of one instance as lines. Memory stays bounded whatever the app writes, and the app is never
 * held up for longer than a window.
 */
export class OutputCapture {
  readonly #emit: (line: OutputLine) => void;
  readonly #tail: string[] = [];
  #tailBytes = 0;
  #lines = LINES_PER_SECOND;
  #bytes = BYTES_PER_SECOND;
  #refilledAtNs = process.hrtime.bigint();
  #dropped = 0;
  #countOnlyUntil = 0;
  #reportTimer: NodeJS.Timeout | undefined;
  #lastNs = 0n;
  readonly #unfinished: (() => void)[] = [];

  constructor(emit: (line: OutputLine) => void) {
    this.#emit = emit;
  }

  /** Takes over the read end of a pipe. Resolves when its last writer is gone and everything was emitted. */
  read(fd: number, source: 'stdout' | 'stderr'): { readonly ended: Promise<void>; destroy(): void } {
    const stream = new Socket({ fd, readable: true, writable: false });
    const splitter = new LineSplitter();
    let windowBytes = 0;
    let windowTimer: NodeJS.Timeout | undefined;
    let unfinishedTimer: NodeJS.Timeout | undefined;
    const takeUnfinished = (): void => {
      if (splitter.hasRest) for (const line of splitter.end()) this.#take(line, source);
    };
    const watchUnfinished = (): void => {
      if (!splitter.hasRest || unfinishedTimer !== undefined) return;
      const { begunAs } = splitter;
      unfinishedTimer = setTimeout(() => {
        unfinishedTimer = undefined;
        if (splitter.begunAs === begunAs) takeUnfinished();
        else watchUnfinished();
      }, UNFINISHED_MS);
    };
    this.#unfinished.push(takeUnfinished);
    stream.on('data', (chunk: Buffer) => {
      if (performance.now() < this.#countOnlyUntil) this.#drop(splitter.skip(chunk));
      else for (const line of splitter.push(chunk)) this.#take(line, source);
      watchUnfinished();
      windowBytes += chunk.length;
      windowTimer ??= setTimeout(() => {
        windowTimer = undefined;
        windowBytes = 0;
        stream.resume();
      }, WINDOW_MS);
      if (windowBytes > BYTES_PER_WINDOW) stream.pause();
    });
    const ended = new Promise<void>((resolve) => {
      stream.on('error', () => undefined); // Reading a pipe fails only when it is destroyed; 'close' follows.
      stream.on('close', () => {
        clearTimeout(windowTimer);
        clearTimeout(unfinishedTimer);
        takeUnfinished();
        resolve();
      });
    });
    return { ended, destroy: () => void stream.destroy() };
  }

  /** Gives what has come of lines that have not ended, as what comes later belongs to somebody else. */
  endLines(): void {
    for (const take of this.#unfinished) take();
  }

  /** Reports what is still unreported. Call after both pipes have ended. */
  finish(): void {
    this.#reportDropped();
  }

  /** A line of the platform's own among those of the app. */
  note(text: string): void {
    this.#emit({ source: 'platform', text, timestampNs: this.#timestamp() });
  }

  /** The last lines of stderr: at most 20 and 4 KiB. */
  stderrTail(): readonly string[] {
    return [...this.#tail];
  }

  #take(line: SplitLine, source: 'stdout' | 'stderr'): void {
    this.#refill();
    if (this.#lines < 1 || this.#bytes < line.bytes.length) {
      this.#countOnlyUntil = performance.now() + WINDOW_MS;
      this.#drop(1);
      return;
    }
    this.#reportDropped();
    this.#lines -= 1;
    this.#bytes -= line.bytes.length;
    const text = textOfLine(line);
    if (source === 'stderr') this.#remember(text);
    this.#emit({ source, text, timestampNs: this.#timestamp() });
  }

  #drop(lines: number): void {
    if (lines === 0) return;
    this.#dropped += lines;
    this.#reportTimer ??= setTimeout(() => this.#reportDropped(), REPORT_DELAY_MS);
  }

  #refill(): void {
    const now = process.hrtime.bigint();
    const seconds = Number(now - this.#refilledAtNs) / 1e9;
    this.#refilledAtNs = now;
    this.#lines = Math.min(LINES_PER_SECOND, this.#lines + seconds * LINES_PER_SECOND);
    this.#bytes = Math.min(BYTES_PER_SECOND, this.#bytes + seconds * BYTES_PER_SECOND);
  }

  #reportDropped(): void {
    clearTimeout(this.#reportTimer);
    this.#reportTimer = undefined;
    if (this.#dropped === 0) return;
    const text = `${this.#dropped} lines dropped: an instance may write ${LINES_PER_SECOND} lines and ${BYTES_PER_SECOND / 1024} KiB a second.`;
    this.#dropped = 0;
    this.#emit({ source: 'platform', text, timestampNs: this.#timestamp() });
  }

  #remember(text: string): void {
    const line = text.length > TAIL_BYTES ? text.slice(-TAIL_BYTES) : text;
    this.#tail.push(line);
    this.#tailBytes += line.length;
    while (this.#tail.length > TAIL_LINES || (this.#tailBytes > TAIL_BYTES && this.#tail.length > 1)) {
      this.#tailBytes -= this.#tail.shift()?.length ?? 0;
    }
  }

  #timestamp(): bigint {
    const now = epochNanoseconds();
    this.#lastNs = now > this.#lastNs ? now : this.#lastNs + 1n;
    return this.#lastNs;
  }
}
