/** Longer texts are cut: those of a fact are names and ids. */
const MAX_TEXT = 4_096;
const FIRST_BYTES = 4 * 1024;
/** Of a message that others are nested in: two bytes always, for it is known only when the message is written. */
const LENGTH_BYTES = 2;

/**
 * Writes protobuf straight into memory that grows: what is kept of a request is then its bytes, and no objects that wait and are encoded
 * later. Zero and empty values are left out, as proto3 has it.
 */
export class WireWriter {
  bytes = Buffer.allocUnsafe(FIRST_BYTES);
  /** How many bytes are written. */
  size = 0;
  private view = viewOf(this.bytes);

  /** Makes room for so many bytes, which the next calls may take without asking. */
  reserve(bytes: number): void {
    if (this.size + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.size + bytes));
    this.bytes.copy(larger, 0, 0, this.size);
    this.bytes = larger;
    this.view = viewOf(larger);
  }

  /** Forgets the first bytes. */
  drop(bytes: number): void {
    this.bytes.copyWithin(0, bytes, this.size);
    this.size -= bytes;
  }

  /** Begins a message of less than 16 KiB; answers what `endMessage` wants to know. */
  beginMessage(field: number): number {
    this.tag(field, 2);
    this.size += LENGTH_BYTES;
    return this.size;
  }

  endMessage(begun: number): void {
    const length = this.size - begun;
    this.bytes[begun - 2] = (length & 0x7f) | 0x80;
    this.bytes[begun - 1] = length >> 7;
  }

  double(field: number, value: number): void {
    if (value !== 0) this.placeOfDouble(field, value);
  }

  /** Writes it even when it is 0, and answers where, so that it can be `setDouble`. */
  placeOfDouble(field: number, value: number): number {
    this.tag(field, 1);
    this.view.setFloat64(this.size, value, true);
    this.size += 8;
    return this.size - 8;
  }

  setDouble(place: number, value: number): void {
    this.view.setFloat64(place, value, true);
  }

  /** A whole number below 2^31, or a member of an enum; true is 1. */
  number(field: number, value: number): void {
    if (value === 0) return;
    this.tag(field, 0);
    this.varint(value);
  }

  text(field: number, text: string): void {
    if (text === '') return;
    this.tag(field, 2);
    const size = Math.min(text.length, MAX_TEXT);
    const start = this.size + (size < 0x80 ? 1 : 2);
    for (let index = 0; index < size; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return this.encodedText(text.slice(0, MAX_TEXT));
      this.bytes[start + index] = code;
    }
    this.varint(size);
    this.size += size;
  }

  private encodedText(text: string): void {
    const encoded = Buffer.from(text);
    this.reserve(encoded.length + 4);
    this.varint(encoded.length);
    this.size += encoded.copy(this.bytes, this.size);
  }

  private tag(field: number, type: 0 | 1 | 2): void {
    this.varint((field << 3) | type);
  }

  private varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.size++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.size++] = rest;
  }
}

/** More than a fact takes without its texts; a text takes at most three bytes for each character. */
export const FACT_BYTES = 256;
export function bytesOfText(text: string): number {
  return Math.min(text.length, MAX_TEXT) * 3 + 4;
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
