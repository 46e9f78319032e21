import { CONTENT, fitsPattern, foldWord, jsonField, jsonObject, looksLikeJson, textMatches, textOfValue, tokensOf, wordsMatching, type Expression, type Match, type Term, type WordMatch } from '../search/index.js';
import type { ChunkReader } from './chunk-reader.js';
import type { Labels } from './chunk-writer.js';
import { endsWord } from './token-hash.js';

/** For each line of a chunk 1 where it is among those meant, and 0 where not. */
export type LineMask = Uint8Array;

export interface LinesWanted {
  /** Line numbers, both inclusive. */
  readonly from: bigint;
  readonly to: bigint;
  /** Labels that must be equal. */
  readonly labels: Labels;
  readonly expression?: Expression | undefined;
}

/** The lines of a chunk that are wanted: exactly those that `matches` would find, without cutting every line into words. */
export function scanChunk(chunk: ChunkReader, { from, to, labels, expression }: LinesWanted): LineMask {
  const mask = new Uint8Array(chunk.lines);
  mask.fill(1, chunk.firstAtOrAfter(from), chunk.firstAtOrAfter(to + 1n));
  const wanted = Object.entries(labels);
  const equal = wanted.length === 0 ? mask : narrowedByLabels(chunk, mask, (set) => wanted.every(([key, value]) => Object.hasOwn(set, key) && set[key] === value));
  return expression === undefined ? equal : new ChunkScan(chunk).narrowed(expression, equal);
}

class ChunkScan {
  /** Words of lines that are not ASCII, which cannot be searched in place. */
  private readonly words = new Map<number, readonly string[]>();

  constructor(private readonly chunk: ChunkReader) {}

  /** Which lines of the mask fit the expression. */
  narrowed(expression: Expression, mask: LineMask): LineMask {
    switch (expression.kind) {
      case 'all':
        return byCost(expression.of).reduce((left, part) => this.narrowed(part, left), mask);
      case 'any':
        return this.any(expression.of, mask);
      case 'not': {
        const fits = this.narrowed(expression.of, mask);
        return mask.map((given, line) => given & (fits[line]! ^ 1));
      }
      case 'term':
        return this.term(expression, mask);
      default:
        return expression satisfies never;
    }
  }

  private any(parts: readonly Expression[], mask: LineMask): LineMask {
    const found = new Uint8Array(mask.length);
    let left = mask;
    for (const part of parts) {
      const fits = this.narrowed(part, left);
      left = left.map((given, line) => given & (fits[line]! ^ 1));
      fits.forEach((fit, line) => {
        if (fit === 1) found[line] = 1;
      });
    }
    return found;
  }

  private term({ field, match }: Term, mask: LineMask): LineMask {
    if (field !== CONTENT) return this.inField(field, match, mask);
    switch (match.kind) {
      case 'present':
        return mask;
      case 'empty':
      case 'range':
        return filtered(mask, (line) => textMatches(match, this.chunk.contentOf(line)));
      default:
        return this.inContent(match, mask);
    }
  }

  private inContent(match: WordMatch, mask: LineMask): LineMask {
    const found = this.inAsciiLines(match, mask);
    for (let line = 0; line < mask.length; line += 1) {
      if (mask[line] === 1 && !this.chunk.isAscii(line) && wordsMatching(match, this.wordsOf(line)).size > 0) found[line] = 1;
    }
    return found;
  }

  private inAsciiLines(match: WordMatch, mask: LineMask): LineMask {
    const found = new Uint8Array(mask.length);
    switch (match.kind) {
      case 'word':
        // Words of this length have lost their end, and their end in the text is elsewhere.
        if (foldWord(`${match.token}x`) === match.token) return this.eachCandidate(match.token, mask, (line) => this.hasWords(match, line));
        return this.occurrences(match.token, mask, found, (_line, at, end) => at + match.token.length === end || endsWord(this.chunk.lowerCase.charCodeAt(at + match.token.length)));
      case 'phrase': {
        const longest = match.tokens.reduce((a, b) => (b.length > a.length ? b : a));
        return this.eachCandidate(longest, mask, (line) => this.hasWords(match, line));
      }
      case 'wildcard': {
        const beginning = /^[^*?]*/.exec(match.pattern)![0];
        return this.occurrences(beginning, mask, found, (_line, at, end) => {
          let stop = at;
          while (stop < end && !endsWord(this.chunk.lowerCase.charCodeAt(stop))) stop += 1;
          return fitsPattern(match.pattern, foldWord(this.chunk.lowerCase.slice(at, stop)));
        });
      }
      default:
        return match satisfies never;
    }
  }

  private eachCandidate(beginning: string, mask: LineMask, fits: (line: number) => boolean): LineMask {
    return this.occurrences(beginning, mask, new Uint8Array(mask.length), fits);
  }

  /**
   * Marks the ASCII lines of the mask in which a word begins with the text at a place that `fits` accepts. It is given the line,
   * the place and the end of the line.
   */
  private occurrences(text: string, mask: LineMask, found: LineMask, fits: (line: number, at: number, end: number) => boolean): LineMask {
    const { chunk } = this;
    const { lowerCase } = chunk;
    let line = 0;
    for (let at = lowerCase.indexOf(text); at >= 0; ) {
      while (chunk.endOf(line) <= at) {
        line += 1;
        if (line === chunk.lines) return found;
      }
      const [start, end] = [chunk.startOf(line), chunk.endOf(line)];
      const isCandidate = mask[line] === 1 && chunk.isAscii(line) && found[line] === 0;
      if (isCandidate && (at === start || endsWord(lowerCase.charCodeAt(at - 1))) && fits(line, at, end)) found[line] = 1;
      // What is left of a line that is settled need not be looked at.
      at = lowerCase.indexOf(text, isCandidate && found[line] === 0 ? at + 1 : end);
    }
    return found;
  }

  private hasWords(match: WordMatch, line: number): boolean {
    return wordsMatching(match, tokensOf(this.chunk.contentOf(line))).size > 0;
  }

  private wordsOf(line: number): readonly string[] {
    let words = this.words.get(line);
    if (words === undefined) {
      words = tokensOf(this.chunk.contentOf(line));
      this.words.set(line, words);
    }
    return words;
  }

  private inField(field: string, match: Match, mask: LineMask): LineMask {
    const bySet = eachSet(this.chunk, (set) => (Object.hasOwn(set, field) ? textMatches(match, set[field]!) : undefined));
    return filtered(mask, (line) => bySet[this.chunk.labelSetOf(line)] ?? this.inJson(field, match, line));
  }

  private inJson(field: string, match: Match, line: number): boolean {
    const content = this.chunk.contentOf(line);
    if (!mayHaveField(content, field)) return false;
    const object = jsonObject(content);
    const value = object && jsonField(object, field);
    return value !== undefined && textMatches(match, textOfValue(value));
  }
}

/** Reading JSON is dear: a key stands in the text as it is, unless something there is escaped. */
function mayHaveField(content: string, field: string): boolean {
  if (!looksLikeJson(content)) return false;
  return content.includes(field.slice(field.lastIndexOf('.') + 1)) || content.includes('\\');
}

/** What costs least first: it spares the rest the lines it rules out. */
function byCost(parts: readonly Expression[]): readonly Expression[] {
  return [...parts].sort((a, b) => costOf(a) - costOf(b));
}

function costOf(expression: Expression): number {
  if (expression.kind !== 'term') return 2;
  if (expression.field !== CONTENT) return 3;
  return expression.match.kind === 'word' ? 0 : 1;
}

function narrowedByLabels(chunk: ChunkReader, mask: LineMask, fits: (labels: Labels) => boolean): LineMask {
  const bySet = eachSet(chunk, fits);
  return filtered(mask, (line) => bySet[chunk.labelSetOf(line)]!);
}

function eachSet<T>(chunk: ChunkReader, judge: (labels: Labels) => T): T[] {
  return Array.from({ length: chunk.labelSets }, (_, set) => judge(chunk.labelSet(set)));
}

function filtered(mask: LineMask, fits: (line: number) => boolean): LineMask {
  return mask.map((given, line) => (given === 1 && fits(line) ? 1 : 0));
}
