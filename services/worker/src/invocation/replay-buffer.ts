// RFC 9110, 9.2.2: repeating these has the effect of sending them once.
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);
const MAX_BYTES = 64 * 1024;
const NOTHING: readonly Buffer[] = [];

/** What was sent of a request that may be sent again; given up when it becomes too much to keep. */
export class ReplayBuffer {
  replayable: boolean;
  private kept: Buffer[] | undefined;
  /** Of the body, kept or not. */
  bytes = 0;

  constructor(method: string) {
    this.replayable = IDEMPOTENT.has(method);
  }

  get slices(): readonly Buffer[] {
    return this.kept ?? NOTHING;
  }

  keep(slice: Buffer): void {
    this.bytes += slice.length;
    if (this.replayable && this.bytes <= MAX_BYTES) {
      (this.kept ??= []).push(slice);
    } else {
      this.replayable = false;
      this.kept = undefined;
    }
  }
}
