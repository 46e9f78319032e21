import type { PlaneProcess } from './plane-process.js';
import type { Progress } from './progress.js';

const RESTARTS = 5;
const WITHIN_MS = 60_000;
const PAUSE_MS = 500;

/** Keeps the planes running: one that dies is started again, a bounded number of times a minute. */
export class Supervisor {
  private readonly current = new Map<number, PlaneProcess>();
  private stopping = false;
  private giveUp: (why: string) => void = () => undefined;
  /** Resolves with a sentence when a plane kept dying. */
  readonly gaveUp = new Promise<string>((resolve) => (this.giveUp = resolve));

  constructor(
    private readonly progress: Progress,
    private readonly now: () => number = Date.now,
  ) {}

  /** Starts a plane and watches it from then on. Rejects when the first start fails. */
  async keepRunning(start: () => Promise<PlaneProcess>): Promise<void> {
    const slot = this.current.size;
    const plane = await start();
    this.current.set(slot, plane);
    // A stop that came while the plane was starting did not see it.
    if (this.stopping) return plane.stop();
    void this.watch(slot, plane, start);
  }

  /** Stops all planes, the last started first. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const plane of [...this.current.values()].reverse()) await plane.stop();
  }

  private async watch(slot: number, first: PlaneProcess, start: () => Promise<PlaneProcess>): Promise<void> {
    const deaths: number[] = [];
    for (let plane = first; ; ) {
      const { how } = await plane.ended;
      if (this.stopping) return;
      deaths.push(this.now());
      const recent = deaths.filter((at) => at > this.now() - WITHIN_MS).length;
      if (recent > RESTARTS) return this.giveUp(`the ${plane.name} ended ${recent} times within a minute, last with ${how}`);
      this.progress.note(`the ${plane.name} ended with ${how}; starting it again`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (this.stopping) return;
      try {
        plane = await start();
      } catch (error) {
        return this.giveUp(error instanceof Error ? error.message : String(error));
      }
      this.current.set(slot, plane);
      if (this.stopping) await plane.stop();
    }
  }
}
