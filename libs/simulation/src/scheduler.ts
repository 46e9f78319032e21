import type { SeededRandom } from './random.js';
import { TimedHeap, type Timed } from './timed-heap.js';

interface Task extends Timed {
  readonly of: SimulatedProcess;
  readonly run: () => void;
  dropped: boolean;
}

/**
 * A program that runs in the simulation. When it crashes, nothing it waits for ever comes: its code stops where it stands, as
 * a killed process does, with whatever was done by then done.
 */
export class SimulatedProcess {
  private gone = false;
  private readonly whenGone: (() => void)[] = [];

  constructor(readonly name: string) {}

  get alive(): boolean {
    return !this.gone;
  }

  crash(): void {
    if (this.gone) return;
    this.gone = true;
    for (const tell of this.whenGone.splice(0)) tell();
  }

  /** Has the world take notice of the crash: connections end. */
  onCrash(tell: () => void): void {
    this.whenGone.push(tell);
  }
}

/** How long, in simulated milliseconds, each half of an exchange with a database or a broker takes. */
const LATENCY = { usual: 3, slow: 400, slowShare: 0.05 };

/**
 * Time and order of a simulated world. Everything that code waits for, a timer or an answer, is a task here; of the tasks whose
 * time has come any may be next, and which one the seed says. Between two tasks the code runs until it waits again.
 */
export class Scheduler {
  now = 0;
  /** What happened, for whoever looks into a seed. Only kept when `recording`. */
  readonly story: string[] = [];
  /** Those whose time has come, in no order, and those to come. */
  private readonly ready: Task[] = [];
  private readonly later = new TimedHeap<Task>();

  constructor(
    readonly random: SeededRandom,
    private readonly recording = false,
  ) {}

  tell(what: () => string): void {
    if (this.recording) this.story.push(`${String(this.now).padStart(7)} ms  ${what()}`);
  }

  /** Runs something later, unless its process has crashed by then. Answers how to drop it. */
  after(milliseconds: number, of: SimulatedProcess, run: () => void): () => void {
    const task = { due: this.now + Math.max(0, milliseconds), of, run, dropped: false };
    this.later.push(task);
    return () => (task.dropped = true);
  }

  sleep(milliseconds: number, of: SimulatedProcess): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, of, resolve));
  }

  /**
   * An exchange with something outside the process. `work` happens there at once and whole; before it and after it the process
   * may crash, so that nobody learns whether it happened.
   */
  exchange<T>(of: SimulatedProcess, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.after(this.latency(), of, () => {
        let answer: () => void;
        try {
          const result = work();
          answer = () => resolve(result);
        } catch (error) {
          answer = () => reject(error as Error);
        }
        this.after(this.latency(), of, answer);
      });
    });
  }

  /** Runs the next task, once what runs has come to wait; false when there is none before the time. */
  async step(until = Infinity): Promise<boolean> {
    await settled();
    const next = this.take(until);
    if (next === undefined) return false;
    this.now = Math.max(this.now, next.due);
    next.run();
    return true;
  }

  /** One of those whose time has come, or else of the earliest; each of them is as likely as any other. */
  private take(until: number): Task | undefined {
    this.comeUpTo(this.now);
    for (;;) {
      if (this.ready.length === 0) {
        const next = this.later.first;
        if (next === undefined || next.due > until) return undefined;
        this.comeUpTo(next.due);
      }
      const index = this.random.below(this.ready.length);
      const task = this.ready[index]!;
      const last = this.ready.pop()!;
      if (index < this.ready.length) this.ready[index] = last;
      if (!task.dropped && task.of.alive) return task;
    }
  }

  private comeUpTo(time: number): void {
    for (let next = this.later.first; next !== undefined && next.due <= time; next = this.later.first) this.ready.push(this.later.shift()!);
  }

  private latency(): number {
    return this.random.below(this.random.chance(LATENCY.slowShare) ? LATENCY.slow : LATENCY.usual);
  }
}

/** Resolves when every promise that could go on has gone on, however long the chain. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
