/** Lets work on the same streams follow each other in the order it came, and work on others go on beside it. */
export class StreamTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  run<T>(streamIds: Iterable<string>, work: () => Promise<T>): Promise<T> {
    const ids = new Set(streamIds);
    const before = [...ids].map((id) => this.last.get(id)).filter((turn) => turn !== undefined);
    const done = Promise.all(before).then(work);
    const turn = done
      .catch(() => undefined)
      .finally(() => {
        for (const id of ids) if (this.last.get(id) === turn) this.last.delete(id);
      });
    for (const id of ids) this.last.set(id, turn);
    return done;
  }

  /** Resolves when all that was begun has ended. */
  async idle(): Promise<void> {
    while (this.last.size > 0) await Promise.all(this.last.values());
  }
}
