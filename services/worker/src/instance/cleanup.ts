/** Undoes what was acquired: each step is pushed the moment its resource exists, and all run once, the last first. */
export class Cleanup {
  readonly #steps: (() => void | Promise<void>)[] = [];
  #running: Promise<unknown[]> | undefined;

  /** A step that comes after the run has begun is carried out at once, so a late acquire cannot leak. */
  push(step: () => void | Promise<void>): void {
    if (this.#running === undefined) this.#steps.push(step);
    else this.#running = this.#running.then(async (errors) => [...errors, ...(await attempt(step))]);
  }

  /** Runs every step, also when some fail, and answers their errors. */
  run(): Promise<unknown[]> {
    this.#running ??= (async () => {
      const errors: unknown[] = [];
      for (const step of this.#steps.reverse()) errors.push(...(await attempt(step)));
      return errors;
    })();
    return this.#running;
  }
}

async function attempt(step: () => void | Promise<void>): Promise<unknown[]> {
  try {
    await step();
    return [];
  } catch (error) {
    return [error];
  }
}
