/**
 * Bounds the memory that all request bodies take together: a signature can only be checked over the whole body, so
 * anyone may make the edge hold one.
 */
export class BodyMemory {
  private used = 0;

  constructor(private readonly limitBytes: number) {}

  open(): BodyReservation {
    let held = 0;
    return {
      take: (bytes) => {
        if (this.used + bytes > this.limitBytes) return false;
        this.used += bytes;
        held += bytes;
        return true;
      },
      release: () => {
        this.used -= held;
        held = 0;
      },
    };
  }
}

export interface BodyReservation {
  /** False when all bodies together would take more than the limit. */
  take(bytes: number): boolean;
  release(): void;
}
