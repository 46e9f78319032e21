import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const KEPT_LINES = 60;

/** Keeps reading a server's log, so that it never blocks on a full pipe, and remembers its last lines for error messages. */
export class LogTail {
  private readonly lines: string[] = [];

  constructor(stream: Readable, onLine: (line: string) => void = () => undefined) {
    createInterface({ input: stream }).on('line', (line) => {
      this.lines.push(line);
      if (this.lines.length > KEPT_LINES) this.lines.shift();
      onLine(line);
    });
  }

  /** The lines as the tail of an error message; empty when nothing was logged. */
  quoted(): string {
    return this.lines.map((line) => `\n  ${line}`).join('');
  }
}
