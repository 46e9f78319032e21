import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
const RANDOM = Buffer.allocUnsafeSlow(1_024 * ID_BYTES);
const HEX = Buffer.from('0123456789abcdef');
/** Where the two digits of each byte stand. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const text = Buffer.from('00000000-0000-0000-0000-000000000000');
let used = RANDOM.length;

/**
 * A UUID of version 4 (RFC 9562). Node's own is put together from pieces, and every line that an id is written in puts them together
 * anew; this one is in one piece.
 */
export function newRequestId(): string {
  if (used === RANDOM.length) {
    randomFillSync(RANDOM);
    used = 0;
  }
  RANDOM[used + 6] = ((RANDOM[used + 6] as number) & 0x0f) | 0x40;
  RANDOM[used + 8] = ((RANDOM[used + 8] as number) & 0x3f) | 0x80;
  for (let index = 0; index < ID_BYTES; index += 1) {
    const byte = RANDOM[used + index] as number;
    const place = PLACES[index] as number;
    text[place] = HEX[byte >> 4] as number;
    text[place + 1] = HEX[byte & 0x0f] as number;
  }
  used += ID_BYTES;
  return text.toString('latin1');
}
