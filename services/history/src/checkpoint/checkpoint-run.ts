/** How far the making of a checkpoint is, in events. */
export interface CheckpointProgress {
  /** Covered by the newest checkpoint there is: all of them are checked first. */
  readonly covered: number;
  readonly checked: number;
  /** New ones that were read and sealed since. */
  readonly sealed: number;
}

/**
 * One making of an account's checkpoint, and the callers that wait for it. A caller may join at any time: it is answered by the
 * first look for new events that began after it asked, so that what it gets covers everything that was settled by then.
 */
export class CheckpointRun<T> {
  /** In the order in which they asked. */
  private readonly callers: PromiseWithResolvers<T>[] = [];
  private reached: CheckpointProgress = { covered: 0, checked: 0, sealed: 0 };
  private ended = false;

  get over(): boolean {
    return this.ended;
  }

  get progress(): CheckpointProgress {
    return this.reached;
  }

  join(): Promise<T> {
    const caller = Promise.withResolvers<T>();
    this.callers.push(caller);
    return caller.promise;
  }

  /** A check of everything covered begins, for the first time or again. */
  beginCheck(covered: number): void {
    this.reached = { covered, checked: 0, sealed: 0 };
  }

  countChecked(events: number): void {
    this.reached = { ...this.reached, checked: this.reached.checked + events };
  }

  countSealed(events: number): void {
    this.reached = { ...this.reached, sealed: this.reached.sealed + events };
  }

  /** A look for new events begins. What is returned answers those who had asked by now, and ends the run unless others have come meanwhile. */
  beginLook(): (outcome: T) => void {
    const asked = this.callers.length;
    return (outcome) => {
      for (const caller of this.callers.splice(0, asked)) caller.resolve(outcome);
      this.ended = this.callers.length === 0;
    };
  }

  /** Answers everybody. */
  end(outcome: T): void {
    this.ended = true;
    for (const caller of this.callers.splice(0)) caller.resolve(outcome);
  }

  fail(error: unknown): void {
    this.ended = true;
    for (const caller of this.callers.splice(0)) caller.reject(error);
  }
}
