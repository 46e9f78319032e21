// RFC 9110, 9.2.2: repeating these has the effect of sending them once.
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);
const MAX_BYTES = 64 * 1024;

/** What was sent of a request that may be sent again; given up when it becomes too much to keep. */
export class ReplayBuffer {
  slices: Buffer[] = [];
  replayable: boolean;
  /** Of the body, kept or not. */
  bytes = 0;

  constructor(method: string) {
    this.replayable = IDEMPOTENT.has(method);
  }

  keep(slice: Buffer): void {
    this.bytes += slice.length;
    if (this.replayable && this.bytes <= MAX_BYTES) {
      this.slices.push(slice);
    } else {
      this.replayable = false;
      this.slices = [];
    }
  }
}
