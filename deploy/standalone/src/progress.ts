/** Tells a person what takes time. One line when a long step begins, one when it ends. */
export class Progress {
  constructor(
    private readonly write: (text: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.write(`windlass: ${what} ...\n`);
    const started = this.now();
    const result = await work();
    this.write(`windlass: ${what}: done in ${((this.now() - started) / 1000).toFixed(1)} s\n`);
    return result;
  }

  note(text: string): void {
    this.write(`windlass: ${text}\n`);
  }
}
