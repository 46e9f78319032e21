/** Longer heads are not remembered, for every connection remembers one. */
const MAX_BYTES = 1_024;
const NONE = Buffer.alloc(0);

/**
 * The last head that a connection carried. Clients and apps repeat themselves, and a head that is byte for byte the last one means the
 * same: it need not be taken apart again.
 */
export class LastHead<H> {
  private bytes = NONE;
  private size = 0;
  private head: H | undefined;

  /** How many bytes of `piece` the same head takes, from its beginning; 0 when something else is there. */
  sizeIn(piece: Buffer): number {
    const { bytes, size } = this;
    if (piece.length < size) return 0;
    for (let at = 0; at < size; at += 1) if (piece[at] !== bytes[at]) return 0;
    return size;
  }

  /** Whether this head is known again when it comes again. */
  keeps(head: H): boolean {
    return this.size > 0 && this.head === head;
  }

  /** The head that `sizeIn` has found. */
  get value(): H {
    return this.head as H;
  }

  /** The first `size` bytes of `piece` are a whole head; they are copied. */
  remember(piece: Buffer, size: number, head: H): void {
    this.size = size > MAX_BYTES ? 0 : size;
    this.head = size > MAX_BYTES ? undefined : head;
    if (this.bytes.length < this.size) this.bytes = Buffer.allocUnsafeSlow(this.size);
    piece.copy(this.bytes, 0, 0, this.size);
  }
}
