/**
 * What a poller sleeps on: a ring ends the sleep early, and a ring while nobody sleeps ends the next sleep at once, so
 * none is lost between looking for work and lying down.
 */
export class Doorbell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Resolves after the time, or at once when the bell has rung since the last call; true when it rang. */
  async wait(milliseconds: number): Promise<boolean> {
    if (!this.rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, milliseconds);
      });
      clearTimeout(timer);
      this.wake = undefined;
    }
    const rang = this.rung;
    this.rung = false;
    return rang;
  }
}
