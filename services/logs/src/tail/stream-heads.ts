import { refusal } from '../refusal.js';
import type { LogStore } from '../lines/index.js';

const LOOK_EVERY_MS = 100;
const MOST_WAITING = 5000;
const MOST_WAITING_OF_PROJECT = 100;

interface Wait {
  readonly streamId: string;
  readonly after: bigint;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Tells when streams have grown. While anybody waits, the store is asked every tenth of a second for the heads of all streams that are
 * waited for, in one question: it may be written to by other processes, too.
 */
export class StreamHeads {
  private readonly waits = new Set<Wait>();
  private readonly byProject = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(private readonly lines: LogStore) {}

  /** The number of the stream's last line; 0 without any. */
  async of(streamId: string): Promise<bigint> {
    return (await this.lines.heads([streamId])).get(streamId) ?? 0n;
  }

  /**
   * Resolves when the stream has a line beyond `after`, or when the time is over or the signal aborted. Fails with LTS.0429 when as
   * many wait already as may.
   */
  async grown({ projectId, streamId, after }: { readonly projectId: string; readonly streamId: string; readonly after: bigint }, withinMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const others = this.byProject.get(projectId) ?? 0;
    if (others >= MOST_WAITING_OF_PROJECT || this.waits.size >= MOST_WAITING) throw tooManyTails(others);
    this.byProject.set(projectId, others + 1);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const wait: Wait = { streamId, after, resolve, reject };
    const over = setTimeout(resolve, withinMs);
    signal.addEventListener('abort', wait.resolve, { once: true });
    this.waits.add(wait);
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS);
    try {
      await promise;
    } finally {
      clearTimeout(over);
      signal.removeEventListener('abort', wait.resolve);
      this.waits.delete(wait);
      this.leave(projectId);
    }
  }

  private leave(projectId: string): void {
    const left = (this.byProject.get(projectId) ?? 1) - 1;
    if (left === 0) this.byProject.delete(projectId);
    else this.byProject.set(projectId, left);
    if (this.waits.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async look(): Promise<void> {
    // A slow answer makes the next look wait for its turn.
    if (this.looking) return;
    this.looking = true;
    const waits = [...this.waits];
    try {
      const heads = await this.lines.heads([...new Set(waits.map(({ streamId }) => streamId))]);
      for (const { streamId, after, resolve } of waits) if ((heads.get(streamId) ?? 0n) > after) resolve();
    } catch (error) {
      for (const { reject } of waits) reject(error);
    } finally {
      this.looking = false;
    }
  }
}

function tooManyTails(others: number): Error {
  const limit = others >= MOST_WAITING_OF_PROJECT ? `a project follows at most ${MOST_WAITING_OF_PROJECT} streams at once` : `the log service serves at most ${MOST_WAITING} at once`;
  return refusal('throttled', 'LTS.0429', 'TOO_MANY_TAILS', `Too many log streams are followed: ${limit}. End others, or try again later.`);
}
