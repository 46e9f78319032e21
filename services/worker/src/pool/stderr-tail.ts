const MAX_LINES = 20;
const MAX_CHARACTERS = 4_096;

/** The end of what an app wrote to stderr, for the error that tells of its end. */
export class StderrTail {
  private readonly kept: string[] = [];
  private characters = 0;

  add(line: string): void {
    const text = line.slice(-MAX_CHARACTERS);
    this.kept.push(text);
    this.characters += text.length;
    while (this.kept.length > MAX_LINES || this.characters > MAX_CHARACTERS) this.characters -= (this.kept.shift() ?? '').length;
  }

  get lines(): readonly string[] {
    return [...this.kept];
  }
}
