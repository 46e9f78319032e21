export type Undo = () => Promise<void> | void;

/**
 * What must be undone before this process ends. Every part pushes its undo the moment it is acquired; they run once, the
 * newest first, and one that fails does not keep the others from running.
 */
export class Shutdown {
  private readonly undos: Undo[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly report: (problem: string) => void) {}

  get begun(): boolean {
    return this.running !== undefined;
  }

  /** An undo that comes after the shutdown has begun (its part was being started meanwhile) runs at once. */
  push(undo: Undo): void {
    if (this.begun) void this.attempt(undo);
    else this.undos.push(undo);
  }

  run(): Promise<void> {
    return (this.running ??= this.undoAll());
  }

  private async undoAll(): Promise<void> {
    for (let undo = this.undos.pop(); undo !== undefined; undo = this.undos.pop()) await this.attempt(undo);
  }

  private async attempt(undo: Undo): Promise<void> {
    try {
      await undo();
    } catch (error) {
      this.report(`while stopping: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
