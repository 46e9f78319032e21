import { FORMAT, type Labels } from './chunk-writer.js';
import { decompress } from './compression.js';
import { VarintReader } from './varint.js';

/** What is stored of a chunk and needed to read it. */
export interface StoredChunk {
  readonly firstLine: bigint;
  readonly rawBytes: number;
  readonly data: Buffer;
}

/** The lines of a chunk, unpacked as far as they are asked for. */
export class ChunkReader {
  private readonly ends: Uint32Array;
  private readonly ascii: Uint8Array;
  private lowered: string | undefined;
  private setTexts: readonly string[] | undefined;
  private readonly sets: (Labels | undefined)[] = [];
  /** Every character is one byte of the texts. */
  private readonly text: string;

  private constructor(
    private readonly bytes: Buffer,
    private readonly firstLine: bigint,
    private readonly labelBytes: Buffer,
    private readonly start: number,
    /** How far the number of each line is from that of the first. */
    private readonly distances: Float64Array,
    private readonly setsOfLines: Uint32Array,
    lengths: Uint32Array,
  ) {
    this.text = bytes.toString('latin1', start);
    this.ends = new Uint32Array(lengths.length);
    this.ascii = new Uint8Array(lengths.length);
    let end = -1;
    for (let line = 0; line < lengths.length; line += 1) {
      end += 1 + (lengths[line]! >>> 1);
      this.ends[line] = end;
      this.ascii[line] = (lengths[line]! & 1) ^ 1;
    }
  }

  static async open({ firstLine, rawBytes, data }: StoredChunk): Promise<ChunkReader> {
    const bytes = await decompress(data, rawBytes);
    const reader = new VarintReader(bytes);
    const format = reader.read();
    if (format !== FORMAT) throw new Error(`A chunk of log lines has the format ${format}, and this program reads ${FORMAT}: run the newer program.`);
    const lines = reader.read();
    const labelsLength = reader.read();
    const labels = bytes.subarray(reader.position, reader.position + labelsLength);
    reader.position += labelsLength;
    const distances = new Float64Array(lines);
    let distance = 0;
    for (let line = 0; line < lines; line += 1) distances[line] = distance += reader.read();
    const sets = new Uint32Array(lines);
    for (let line = 0; line < lines; line += 1) sets[line] = reader.read();
    const lengths = new Uint32Array(lines);
    for (let line = 0; line < lines; line += 1) lengths[line] = reader.read();
    return new ChunkReader(bytes, firstLine, labels, reader.position, distances, sets, lengths);
  }

  get lines(): number {
    return this.ends.length;
  }

  /** How many different sets of labels the lines have. */
  get labelSets(): number {
    return this.textsOfSets.length;
  }

  labelSet(set: number): Labels {
    return (this.sets[set] ??= JSON.parse(this.textsOfSets[set]!) as Labels);
  }

  numberOf(line: number): bigint {
    return this.firstLine + BigInt(this.distances[line]!);
  }

  labelSetOf(line: number): number {
    return this.setsOfLines[line]!;
  }

  labelsOf(line: number): Labels {
    return this.labelSet(this.setsOfLines[line]!);
  }

  contentOf(line: number): string {
    const [from, to] = [this.startOf(line), this.ends[line]!];
    return this.ascii[line] === 1 ? this.text.slice(from, to) : this.bytes.toString('utf8', this.start + from, this.start + to);
  }

  isAscii(line: number): boolean {
    return this.ascii[line] === 1;
  }

  /** Where a line begins and ends in `lowerCase`, the end exclusive; true of lines that are ASCII. */
  startOf(line: number): number {
    return line === 0 ? 0 : this.ends[line - 1]! + 1;
  }

  endOf(line: number): number {
    return this.ends[line]!;
  }

  /** The texts in lower case, each followed by a line feed; of use for lines that are ASCII. */
  get lowerCase(): string {
    return (this.lowered ??= this.text.toLowerCase());
  }

  /** The first line whose number is not below. */
  firstAtOrAfter(number: bigint): number {
    const wanted = number - this.firstLine;
    let [low, high] = [0, this.lines];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (BigInt(this.distances[middle]!) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // No text of JSON holds a line feed as it is.
  private get textsOfSets(): readonly string[] {
    return (this.setTexts ??= this.labelBytes.toString().split('\n'));
  }
}
