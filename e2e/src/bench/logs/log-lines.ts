/**
 * Lines as functions write them, the same for the same seed: requests as JSON, messages of plain words of which few are frequent and
 * many are rare, errors with the place they come from. Every request has an id of its own, so each line holds words no other request has.
 */
export interface WrittenLine {
  readonly content: string;
  readonly labels: Readonly<Record<string, string>>;
}

const WORDS = 20_000;
/** Of the word's rank: how much rarer each word is than the one before. */
const ZIPF_EXPONENT = 1.05;
const FUNCTIONS = ['orders', 'payments', 'catalog', 'search', 'checkout', 'mailer', 'images', 'sessions'];
const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'];
const STATUSES = [200, 200, 200, 200, 200, 201, 204, 302, 400, 404, 429, 500, 503];
const SYLLABLES = ['ba', 'ce', 'di', 'fo', 'gu', 'ha', 'je', 'ki', 'lo', 'mu', 'na', 'pe', 'qui', 'ro', 'su', 'ta', 've', 'wi', 'xo', 'zu', 'an', 'er', 'in', 'or', 'us', 'tion', 'ment', 'able'];
const LINES_A_REQUEST = 4;

/** A generator of numbers from 0 to 1 that always gives the same ones (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class LogLines {
  /** By rank, the most frequent first. */
  readonly words: readonly string[];
  private readonly cumulated: Float64Array;
  private readonly random: () => number;
  private left = 0;
  private requestId = '';
  private labels: Readonly<Record<string, string>> = {};

  constructor(seed: number) {
    const spelling = seeded(7);
    const words = new Set<string>();
    while (words.size < WORDS) words.add(Array.from({ length: 2 + Math.floor(spelling() * 3) }, () => pick(SYLLABLES, spelling())).join(''));
    this.words = [...words];
    this.cumulated = new Float64Array(WORDS);
    let sum = 0;
    for (let rank = 0; rank < WORDS; rank += 1) this.cumulated[rank] = sum += 1 / (rank + 1) ** ZIPF_EXPONENT;
    for (let rank = 0; rank < WORDS; rank += 1) this.cumulated[rank]! /= sum;
    this.random = seeded(seed);
  }

  /** The next line, written at that time. */
  next(milliseconds: number): WrittenLine {
    const { random } = this;
    if (this.left === 0) this.beginRequest();
    this.left -= 1;
    const at = new Date(milliseconds).toISOString();
    const kind = random();
    if (kind < 0.4) {
      const status = pick(STATUSES, random());
      const path = `/api/v1/${this.word()}/${whole(random(), 9_000_000)}`;
      const fields = `"level":"${status >= 500 ? 'error' : 'info'}","time":"${at}","msg":"request completed","method":"${pick(METHODS, random())}","path":"${path}","status":${status}`;
      return this.line(`{${fields},"ms":${(random() * 300).toFixed(2)},"user":"u-${whole(random(), 400_000)}","request_id":"${this.requestId}"}`);
    }
    if (kind < 0.95) {
      const level = kind < 0.85 ? 'INFO' : 'WARN';
      return this.line(`${at} ${level} [${this.requestId}] ${this.word()}.${this.word()}: ${this.sentence()} id=${hexadecimal(random, 12)} took=${whole(random(), 2_000)}ms`);
    }
    return this.line(`${at} ERROR [${this.requestId}] ${this.word()} failed: ${this.sentence()} at ${this.word()} (/opt/function/code/${this.word()}.js:${whole(random(), 900)}:${whole(random(), 80)})`);
  }

  private line(content: string): WrittenLine {
    return { content, labels: this.labels };
  }

  private beginRequest(): void {
    const { random } = this;
    this.left = 1 + Math.floor(random() * 2 * LINES_A_REQUEST);
    this.requestId = `${hexadecimal(random, 8)}-${hexadecimal(random, 4)}-4${hexadecimal(random, 3)}-a${hexadecimal(random, 3)}-${hexadecimal(random, 12)}`;
    this.labels = { function: pick(FUNCTIONS, random()), version: 'latest', instance: `i-${whole(random(), 40)}`, request_id: this.requestId, stream: 'stdout' };
  }

  private sentence(): string {
    return Array.from({ length: 4 + whole(this.random(), 10) }, () => this.word()).join(' ');
  }

  private word(): string {
    const wanted = this.random();
    let [low, high] = [0, WORDS - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.cumulated[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return this.words[low]!;
  }
}

function pick<T>(values: readonly T[], random: number): T {
  return values[Math.floor(random * values.length)]!;
}

function whole(random: number, below: number): number {
  return Math.floor(random * below);
}

function hexadecimal(random: () => number, digits: number): string {
  let text = '';
  for (let left = digits; left > 0; left -= 4) text += whole(random(), 65_536).toString(16).padStart(4, '0');
  return text.slice(0, digits);
}
