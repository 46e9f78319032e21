/** A text with wildcards, compared without regular expressions: at most (length of text × length of pattern) steps. */
export class Glob {
  private readonly literal: boolean;

  /** `*` stands for any characters, none included; `?` for one character where `anyOne` is set, and for itself elsewhere. */
  constructor(
    readonly pattern: string,
    private readonly anyOne = false,
  ) {
    this.literal = !pattern.includes('*') && !(anyOne && pattern.includes('?'));
  }

  matches(text: string): boolean {
    if (this.literal || this.pattern === '*') return this.literal ? text === this.pattern : true;
    const { pattern, anyOne } = this;
    let at = 0;
    let inPattern = 0;
    // Where the last `*` stands, and where the text goes on when that `*` takes one character more. An earlier `*` never
    // has to be tried again: the last one can take over whatever it would have taken.
    let star = -1;
    let resume = 0;
    while (at < text.length) {
      const wanted = pattern[inPattern];
      if (wanted === '*') {
        star = inPattern;
        resume = at;
        inPattern += 1;
      } else if (inPattern < pattern.length && (wanted === text[at] || (anyOne && wanted === '?'))) {
        at += 1;
        inPattern += 1;
      } else if (star >= 0) {
        resume += 1;
        at = resume;
        inPattern = star + 1;
      } else {
        return false;
      }
    }
    while (pattern[inPattern] === '*') inPattern += 1;
    return inPattern === pattern.length;
  }
}
