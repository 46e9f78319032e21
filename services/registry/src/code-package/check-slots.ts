import { refusal } from '../refusal.js';

/** Bounds how many packages are in memory at once. Who finds no slot waits in order; who finds the queue full is told at once. */
export class CheckSlots {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly slots: number,
    private readonly queue: number,
  ) {}

  async use<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      // The slot passes to the next in line without becoming free in between.
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  private async enter(): Promise<void> {
    if (this.running < this.slots) {
      this.running += 1;
      return;
    }
    if (this.waiting.length >= this.queue) {
      throw refusal(
        'throttled',
        'FSS.0429',
        'TOO_MANY_UPLOADS',
        `More than ${this.slots + this.queue} code packages are being uploaded. Try again in a moment.`,
      );
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
