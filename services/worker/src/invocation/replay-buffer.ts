import { isIdempotent } from '@windlass/function-exchange';
import type { BodyFraming } from '@windlass/http1';

const MAX_BYTES = 64 * 1024;
const NOTHING: readonly Buffer[] = [];

/** What was sent of a request that may be sent again. Whether it may is known before the first byte is sent, and stays so. */
export class ReplayBuffer {
  readonly replayable: boolean;
  private kept: Buffer[] | undefined;
  /** Of the body, kept or not. */
  bytes = 0;

  /** A body of unknown length may turn out to be more than can be kept. */
  constructor(method: string, framing: BodyFraming) {
    this.replayable = isIdempotent(method) && (framing.kind === 'none' || (framing.kind === 'length' && framing.length <= MAX_BYTES));
  }

  get slices(): readonly Buffer[] {
    return this.kept ?? NOTHING;
  }

  keep(slice: Buffer): void {
    this.bytes += slice.length;
    if (this.replayable) (this.kept ??= []).push(slice);
  }
}
