/** Documented bound of the log a synchronous invocation gives back, in bytes. */
const MAX_BYTES = 4_096;

/** The end of what one request wrote, for the caller that asked for it. */
export class RequestTail {
  private readonly lines: string[] = [];
  private bytes = 0;

  add(text: string): void {
    this.lines.push(text);
    this.bytes += Buffer.byteLength(text) + 1;
    while (this.lines.length > 1 && this.bytes - Buffer.byteLength(this.lines[0] as string) - 1 >= MAX_BYTES) {
      this.bytes -= Buffer.byteLength(this.lines.shift() as string) + 1;
    }
  }

  get text(): string {
    const whole = Buffer.from(this.lines.map((line) => `${line}\n`).join(''));
    if (whole.length <= MAX_BYTES) return whole.toString();
    let start = whole.length - MAX_BYTES;
    // Not in the middle of a character.
    while (((whole[start] as number) & 0xc0) === 0x80) start += 1;
    return whole.toString('utf8', start);
  }
}
