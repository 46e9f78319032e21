import type { BodyFraming } from '@windlass/http1';
import type { IngressLimits } from './limits.js';
import { Refusal } from './refusal.js';

/** Bounds the memory for bodies that must be complete before they can be passed on. */
export class HeldBodies {
  private reservedBytes = 0;

  constructor(private readonly limits: Pick<IngressLimits, 'maxBodyBytes' | 'maxHeldBodyBytes'>) {}

  /** Room for one body, or a Refusal at once. The result gives the room back. */
  reserve(framing: BodyFraming): () => void {
    const bytes = framing.kind === 'length' ? framing.length : framing.kind === 'none' ? 0 : this.limits.maxBodyBytes;
    if (this.reservedBytes + bytes > this.limits.maxHeldBodyBytes) {
      const max = this.limits.maxHeldBodyBytes;
      throw new Refusal(503, 'APIG.0601', `Signed requests wait with more than ${max} bytes of bodies, the most this gateway holds. Try again.`);
    }
    this.reservedBytes += bytes;
    return () => {
      this.reservedBytes -= bytes;
    };
  }
}
