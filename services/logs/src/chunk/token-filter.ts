import { finish, type HashSet } from './token-hash.js';

/**
 * What a chunk says about the words it holds: a Bloom filter in blocks of 64 bytes. All bits of a word lie in one block, so that
 * a database answers from 64 bytes of a filter of any size. A word that is not there is found missing in all but about one
 * of 700 cases.
 */
export const BLOCK_BYTES = 64;
const BLOCK_BITS = BLOCK_BYTES * 8;
const BITS_PER_WORD = 16;
const BITS_SET = 6;

/** Where a word is looked for: `block` modulo the filter's number of blocks, and all of `bits` in that block. */
export interface Probe {
  /** Unsigned 32-bit number. */
  readonly block: number;
  /** Positions from 0 to 511; bit n is bit n modulo 8, counted from the lowest, of byte n / 8. */
  readonly bits: readonly number[];
}

export function probeOf(hash: number): Probe {
  return { block: hash, bits: Array.from({ length: BITS_SET }, (_, index) => bitOf(bitsOf(hash, index), index)) };
}

/** Three bit positions fit one 32-bit number. */
function bitsOf(hash: number, index: number): number {
  return finish(hash ^ (index < 3 ? 0x9e3779b9 : 0x7f4a7c15));
}

function bitOf(bits: number, index: number): number {
  return (bits >>> ((index % 3) * 9)) % BLOCK_BITS;
}

export function filterOf(hashes: HashSet): Buffer {
  const blocks = Math.max(1, Math.ceil((hashes.size * BITS_PER_WORD) / BLOCK_BITS));
  const filter = Buffer.alloc(blocks * BLOCK_BYTES);
  hashes.forEach((hash) => {
    const start = (hash % blocks) * BLOCK_BYTES;
    for (let half = 0; half < BITS_SET; half += 3) {
      const bits = bitsOf(hash, half);
      for (let index = 0; index < 3; index += 1) {
        const bit = bitOf(bits, index);
        filter[start + (bit >>> 3)]! |= 1 << (bit & 7);
      }
    }
  });
  return filter;
}

/** False when the word is not there for certain. */
export function mayHold(filter: Uint8Array, { block, bits }: Probe): boolean {
  const start = (block % (filter.length / BLOCK_BYTES)) * BLOCK_BYTES;
  return bits.every((bit) => ((filter[start + (bit >>> 3)]! >>> (bit & 7)) & 1) === 1);
}
