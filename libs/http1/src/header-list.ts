import { fieldLine } from './field-syntax.js';

/** One field line: the name as it was written, the value without surrounding whitespace, both one character per byte. */
export type HeaderField = readonly [name: string, value: string];

/**
 * The fields of one message in the order and case they came in, so that they can be forwarded unchanged, with lookup by
 * lower-case name.
 */
export class HeaderList implements Iterable<HeaderField> {
  static readonly empty = new HeaderList([]);

  readonly fields: readonly HeaderField[];
  private readonly lowerNames: readonly string[];
  /** Whether the fields were read from a message, whose reader has checked them. */
  private readonly checked: boolean;
  /** What `endToEndLines` made of it the last time: a head that is read again is most often written the same again. */
  lastLines: { readonly keep: (lowerName: string) => boolean; readonly text: string; written: boolean } | undefined;

  /** Fields from anywhere; they are checked when they are written. */
  constructor(fields: readonly HeaderField[], lowerNames: readonly string[] = fields.map(([name]) => name.toLowerCase()), checked = false) {
    this.fields = fields;
    this.lowerNames = lowerNames;
    this.checked = checked;
  }

  get length(): number {
    return this.fields.length;
  }

  [Symbol.iterator](): Iterator<HeaderField> {
    return this.fields[Symbol.iterator]();
  }

  /** The name of the field at `index`, in lower case. */
  lowerName(index: number): string {
    return this.lowerNames[index] as string;
  }

  /** The field at `index` as a line with its ending. Throws RangeError for one that would change the message's structure. */
  line(index: number): string {
    const field = this.fields[index] as HeaderField;
    return this.checked ? `${field[0]}: ${field[1]}\r\n` : fieldLine(field[0], field[1]);
  }

  has(lowerName: string): boolean {
    return this.lowerNames.includes(lowerName);
  }

  /** The value of the first field of that name. */
  get(lowerName: string): string | undefined {
    const index = this.lowerNames.indexOf(lowerName);
    return index === -1 ? undefined : (this.fields[index] as HeaderField)[1];
  }

  /** The values of all fields of that name, in order. */
  getAll(lowerName: string): string[] {
    const values: string[] = [];
    for (let index = this.lowerNames.indexOf(lowerName); index !== -1; index = this.lowerNames.indexOf(lowerName, index + 1)) {
      values.push((this.fields[index] as HeaderField)[1]);
    }
    return values;
  }
}
