/** How many lines of one stream were added, and how many of them are acknowledged or were told as dropped. */
export class Tally {
  added = 0;
  private settled = 0;
  private waiting: { readonly mark: number; readonly resolve: () => void }[] = [];

  settle(lines: number): void {
    this.settled += lines;
    if (this.waiting.length === 0) return;
    const [over, still] = [[] as typeof this.waiting, [] as typeof this.waiting];
    for (const wait of this.waiting) (wait.mark <= this.settled ? over : still).push(wait);
    this.waiting = still;
    for (const { resolve } of over) resolve();
  }

  /** Resolves when all lines added so far are settled. */
  reached(): Promise<void> {
    const mark = this.added;
    if (mark <= this.settled) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ mark, resolve }));
  }
}
