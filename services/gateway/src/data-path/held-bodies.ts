import type { BodyDecoder, BodyFraming } from '@windlass/http1';
import type { IngressLimits } from './limits.js';
import { refusals } from './refusal.js';

type HoldingLimits = Pick<IngressLimits, 'maxBodyBytes' | 'maxHeldBodyBytes' | 'clientStallMs'>;

/** Bodies that must be complete before they can be passed on, because a signature covers them: in memory, and bounded. */
export class HeldBodies {
  private reservedBytes = 0;

  constructor(private readonly limits: HoldingLimits) {}

  /** Makes room for one body, or throws a Refusal at once. `onStalled` when the client stops sending it. */
  hold(framing: BodyFraming, decoder: BodyDecoder, onStalled: () => void): HeldBody {
    const { maxBodyBytes, maxHeldBodyBytes, clientStallMs } = this.limits;
    const bytes = framing.kind === 'length' ? framing.length : maxBodyBytes;
    if (this.reservedBytes + bytes > maxHeldBodyBytes) throw refusals.bodiesHeld(maxHeldBodyBytes);
    this.reservedBytes += bytes;
    return new HeldBody(decoder, setTimeout(onStalled, clientStallMs), () => (this.reservedBytes -= bytes));
  }
}

/** One body on its way into memory. */
export class HeldBody {
  /** Stays unresolved when the body does not come. */
  readonly whole: Promise<Buffer>;
  private readonly slices: Buffer[] = [];
  private readonly complete: (whole: Buffer) => void;
  private released = false;

  constructor(
    private readonly decoder: BodyDecoder,
    private readonly stallTimer: NodeJS.Timeout,
    private readonly giveBack: () => void,
  ) {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    this.whole = promise;
    this.complete = resolve;
  }

  /** Returns the client's bytes behind the body once it is complete. Throws Http1Error. */
  onClientData(piece: Buffer): Buffer | undefined {
    this.stallTimer.refresh();
    const rest = this.decoder.decode(piece, (slice) => this.slices.push(slice));
    if (rest !== undefined) {
      clearTimeout(this.stallTimer);
      this.complete(Buffer.concat(this.slices));
    }
    return rest;
  }

  /** Gives the room back. */
  release(): void {
    clearTimeout(this.stallTimer);
    if (!this.released) this.giveBack();
    this.released = true;
  }
}
