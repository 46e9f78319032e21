import type { SeededRandom } from './random.js';

interface Task {
  readonly due: number;
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
  private readonly tasks: Task[] = [];

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
    this.tasks.push(task);
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

  /** One of those whose time has come, or else the earliest. */
  private take(until: number): Task | undefined {
    const { tasks, random, now } = this;
    let chosen = -1;
    let due = 0;
    for (let index = 0; index < tasks.length; ) {
      const task = tasks[index]!;
      if (task.dropped || !task.of.alive) {
        this.remove(index);
        continue;
      }
      const time = Math.max(now, task.due);
      const rivals = chosen === -1 ? 0 : due;
      const best = chosen === -1 ? Infinity : Math.max(now, tasks[chosen]!.due);
      if (time < best) [chosen, due] = [index, 1];
      // Each of those due at the same time is as likely as any other.
      else if (time === best && random.chance(1 / (rivals + 1))) [chosen, due] = [index, rivals + 1];
      else if (time === best) due = rivals + 1;
      index += 1;
    }
    if (chosen === -1 || Math.max(now, tasks[chosen]!.due) > until) return undefined;
    const task = tasks[chosen]!;
    this.remove(chosen);
    return task;
  }

  /** The order of the others is of no account: chance decides. */
  private remove(index: number): void {
    const last = this.tasks.pop()!;
    if (index < this.tasks.length) this.tasks[index] = last;
  }

  private latency(): number {
    return this.random.below(this.random.chance(LATENCY.slowShare) ? LATENCY.slow : LATENCY.usual);
  }
}

/** Resolves when every promise that could go on has gone on, however long the chain. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
