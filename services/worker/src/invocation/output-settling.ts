/**
 * What an app wrote before the end of its answer lies in its pipes by then. It belongs to that request, so it is read before the
 * request counts as over: the first turn of the event loop reads the pipes, the second lets what came of it be handled. All
 * requests that end within a turn wait together.
 */
export class OutputSettling {
  private arriving: (() => void)[] = [];
  private settling: (() => void)[] = [];
  private running = false;

  /** Calls `settled` in two turns of the event loop. */
  after(settled: () => void): void {
    this.arriving.push(settled);
    if (this.running) return;
    this.running = true;
    setImmediate(this.turn);
  }

  private readonly turn = (): void => {
    const over = this.settling;
    this.settling = this.arriving;
    this.arriving = [];
    if (this.settling.length > 0 || over.length > 0) setImmediate(this.turn);
    else this.running = false;
    for (const settled of over) settled();
  };
}
