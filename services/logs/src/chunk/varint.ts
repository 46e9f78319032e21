/** Appends unsigned whole numbers below 2^53 to a buffer that grows, seven bits to a byte, the lowest first. */
export class VarintWriter {
  private buffer = Buffer.allocUnsafe(1 << 14);
  private used = 0;

  write(value: number): void {
    if (this.used + 8 > this.buffer.length) this.buffer = Buffer.concat([this.buffer, Buffer.allocUnsafe(this.buffer.length)]);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.used++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.used++] = rest;
  }

  /** What was written; good until the next write. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  clear(): void {
    this.used = 0;
  }
}

export class VarintReader {
  constructor(
    private readonly buffer: Uint8Array,
    public position = 0,
  ) {}

  read(): number {
    let byte = this.buffer[this.position++]!;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let factor = 0x80;
    do {
      byte = this.buffer[this.position++]!;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte >= 0x80);
    return value;
  }
}
