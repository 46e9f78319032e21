import { InvocationError, type FailedOutcome } from '../invocation/outcome.js';
import type { Waiting } from './fair-queue.js';
import type { Slot } from './slot.js';

/** A request that waits for a slot, until its deadline. */
export class WaitingRequest implements Waiting {
  readonly slot: Promise<Slot>;
  private resolve: (slot: Slot) => void = () => undefined;
  private reject: (error: InvocationError) => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly key: string,
    readonly tenant: string,
    readonly requestId: string,
    readonly since: number,
    readonly waitMs: number,
  ) {
    this.slot = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  onDeadline(act: () => void): void {
    this.timer = setTimeout(act, this.waitMs);
  }

  serve(slot: Slot): void {
    clearTimeout(this.timer);
    this.resolve(slot);
  }

  refuse(outcome: FailedOutcome): void {
    clearTimeout(this.timer);
    this.reject(new InvocationError(outcome));
  }
}
