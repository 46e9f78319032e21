import { tokensOf, textsOfFields } from '../search/index.js';
import { addWords, HashSet, hashLabelKey, hashLabelWord } from './token-hash.js';
import { compress } from './compression.js';
import { filterOf } from './token-filter.js';
import { VarintWriter } from './varint.js';

/**
 * A chunk with as many lines, or as much text, takes no more. A search unpacks all of a chunk for the one line it wants and asks the
 * filter of every chunk: larger chunks make rare words dearer to find, and smaller ones absent words.
 */
export const FULL_CHUNK = { lines: 1_024, characters: 256 * 1024 };
/** Fewer lines are read faster than a filter says whether to read them. */
const LINES_WORTH_A_FILTER = 16;
/** First byte of a chunk. */
export const FORMAT = 1;
const NANOSECONDS_PER_DAY = 86_400_000_000_000n;

export type Labels = Readonly<Record<string, string>>;

/** Lines of one stream and one day, in order, packed to be kept. */
export interface Chunk {
  readonly firstLine: bigint;
  readonly lastLine: bigint;
  readonly lines: number;
  /** Length of the texts of the lines, in bytes. */
  readonly bytes: number;
  /** Length of `data` before it was compressed. */
  readonly rawBytes: number;
  readonly filter: Buffer | null;
  readonly data: Buffer;
}

/**
 * Packs lines into a chunk. Before compression a chunk is: the format, the number of lines, the different sets of labels as JSON, one in
 * a line, with the length of it all, then for all lines the distance to the number before, for all lines the set of labels, for all lines
 * twice the length of the text in bytes and one more where it is not ASCII; then the texts, each ended by a line feed.
 */
export class ChunkWriter {
  private readonly contents: string[] = [];
  private readonly numbers: bigint[] = [];
  private readonly labelsOfLines: number[] = [];
  private readonly labelSets: string[] = [];
  private readonly setsByText = new Map<string, number>();
  private readonly hashes = new HashSet();
  private readonly ascii: boolean[] = [];
  private characters = 0;
  private lastLabels: Labels | undefined;
  private lastSet = 0;
  private readonly columns = new VarintWriter();

  get lines(): number {
    return this.numbers.length;
  }

  /** Whether a line of that number must begin another chunk. */
  refuses(number: bigint): boolean {
    const first = this.numbers[0];
    if (first === undefined) return false;
    return this.numbers.length >= FULL_CHUNK.lines || this.characters >= FULL_CHUNK.characters || dayOf(number) !== dayOf(first);
  }

  add(number: bigint, content: string, labels: Labels): void {
    this.numbers.push(number);
    this.contents.push(content);
    this.characters += content.length;
    this.labelsOfLines.push(this.setOf(labels));
    this.ascii.push(addWords(content, this.hashes));
    for (const text of textsOfFields(content)) addWords(text, this.hashes);
  }

  /** The lines added since the last time as a chunk; the writer is empty and can be used again. */
  async finish(): Promise<Chunk> {
    const { numbers, contents, columns } = this;
    const labels = Buffer.from(this.labelSets.join('\n'));
    const head = new VarintWriter();
    head.write(FORMAT);
    head.write(numbers.length);
    head.write(labels.length);
    let previous = numbers[0]!;
    for (const number of numbers) {
      columns.write(Number(number - previous));
      previous = number;
    }
    for (const set of this.labelsOfLines) columns.write(set);
    let bytes = 0;
    contents.forEach((content, index) => {
      const ascii = this.ascii[index]!;
      const length = ascii ? content.length : Buffer.byteLength(content);
      bytes += length;
      columns.write(length * 2 + (ascii ? 0 : 1));
    });
    contents.push('');
    const whole = Buffer.concat([head.bytes, labels, columns.bytes, Buffer.from(contents.join('\n'))]);
    const filter = numbers.length < LINES_WORTH_A_FILTER ? null : filterOf(this.hashes);
    const chunk = { firstLine: numbers[0]!, lastLine: previous, lines: numbers.length, bytes, rawBytes: whole.length, filter };
    this.clear();
    return { ...chunk, data: await compress(whole) };
  }

  private setOf(labels: Labels): number {
    if (labels === this.lastLabels) return this.lastSet;
    const text = JSON.stringify(labels);
    let set = this.setsByText.get(text);
    if (set === undefined) {
      set = this.labelSets.push(text) - 1;
      this.setsByText.set(text, set);
      for (const [key, value] of Object.entries(labels)) {
        this.hashes.add(hashLabelKey(key));
        for (const word of tokensOf(value)) this.hashes.add(hashLabelWord(key, word));
      }
    }
    this.lastLabels = labels;
    this.lastSet = set;
    return set;
  }

  private clear(): void {
    for (const list of [this.contents, this.numbers, this.labelsOfLines, this.labelSets, this.ascii]) list.length = 0;
    this.setsByText.clear();
    this.hashes.clear();
    this.columns.clear();
    this.characters = 0;
    this.lastLabels = undefined;
  }
}

/** Days since the epoch, in UTC, of a line number. */
export function dayOf(number: bigint): number {
  return Number(number / NANOSECONDS_PER_DAY);
}
