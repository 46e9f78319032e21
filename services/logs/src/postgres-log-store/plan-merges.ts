import { FULL_CHUNK } from '../chunk/index.js';
import { isMergeable } from './chunk-table.js';

export interface ChunkSize {
  readonly lines: number;
  readonly rawBytes: number;
  /** False when the chunk shall stay as it is. */
  readonly mergeable: boolean;
  /** The day of its lines and the day on which they expire: only chunks that have both in common are merged. */
  readonly day: number;
  readonly expiresOn: number;
}

export interface Merge {
  /** Places in the list, the end exclusive. One chunk alone stays what it is and is not looked at again. */
  readonly from: number;
  readonly to: number;
  /** Whether the merged chunk may be merged again. */
  readonly mergeable: boolean;
}

/** So many small chunks may lie at the end of a stream before some of them are merged. */
export const SMALL_CHUNKS = 32;

/**
 * What to merge of a stream's chunks, given in order. Only neighbours are merged, so that chunks never overlap. Small chunks are
 * merged to full ones where there are enough; at the end of the stream those that together outweigh the ones before them, so that
 * a line is packed again only about as often as the stream's chunks double in size.
 */
export function planMerges(chunks: readonly ChunkSize[]): Merge[] {
  const merges: Merge[] = [];
  for (let from = 0; from < chunks.length; ) {
    if (!chunks[from]!.mergeable) {
      from += 1;
      continue;
    }
    const to = endOfGroup(chunks, from);
    const isOpen = to === chunks.length && isMergeable(sumOf(chunks.slice(from, to)));
    if (!isOpen) merges.push({ from, to, mergeable: false });
    else if (to - from >= SMALL_CHUNKS) merges.push({ from: startOfMerge(chunks, from), to, mergeable: true });
    from = to;
  }
  return merges;
}

/** As many neighbours as fit one chunk. */
function endOfGroup(chunks: readonly ChunkSize[], from: number): number {
  const first = chunks[from]!;
  let [lines, rawBytes] = [0, 0];
  let to = from;
  while (to < chunks.length) {
    const { lines: more, rawBytes: moreBytes, mergeable, day, expiresOn } = chunks[to]!;
    const fits = lines + more <= FULL_CHUNK.lines && rawBytes + moreBytes <= FULL_CHUNK.characters;
    if (!mergeable || day !== first.day || expiresOn !== first.expiresOn || !fits) break;
    lines += more;
    rawBytes += moreBytes;
    to += 1;
  }
  return to;
}

/** The first chunk that those after it outweigh. */
function startOfMerge(chunks: readonly ChunkSize[], from: number): number {
  let start = chunks.length - 1;
  let after = 0;
  for (let place = chunks.length - 1; place >= from; place -= 1) {
    const weight = weightOf(chunks[place]!);
    if (weight <= after) start = place;
    after += weight;
  }
  return start;
}

function weightOf({ lines, rawBytes }: ChunkSize): number {
  return lines + rawBytes / 256;
}

function sumOf(chunks: readonly ChunkSize[]): { lines: number; rawBytes: number } {
  return chunks.reduce((sum, { lines, rawBytes }) => ({ lines: sum.lines + lines, rawBytes: sum.rawBytes + rawBytes }), { lines: 0, rawBytes: 0 });
}
