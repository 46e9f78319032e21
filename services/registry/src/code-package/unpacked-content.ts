import { setImmediate } from 'node:timers/promises';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { quoted, unusablePackage } from './package-errors.js';
import { STORED, type PlacedEntry } from './zip-layout.js';

/**
 * The real content of an entry, chunk by chunk. Counts what comes out and compares it with what the archive promised:
 * fails as soon as one byte too many appears, and at the end when bytes are missing or the checksum differs.
 */
export async function* unpackedContent({ entry, packed, path }: PlacedEntry): AsyncGenerator<Buffer, void, undefined> {
  const broken = (what: string): Error => unusablePackage(`The file ${quoted(path)} in the package is damaged: ${what}.`);
  let checksum = 0;
  let bytes = 0;
  try {
    for await (const chunk of entry.method === STORED ? slices(packed) : inflated(packed, entry.unpackedBytes)) {
      bytes += chunk.length;
      if (bytes > entry.unpackedBytes) throw broken('it holds more bytes than the archive says');
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code === 'ERR_BUFFER_TOO_LARGE') throw broken('it holds more bytes than the archive says');
    throw code.startsWith('Z_') ? broken('its compressed data cannot be read') : error;
  }
  if (bytes !== entry.unpackedBytes) throw broken('it holds fewer bytes than the archive says');
  if (checksum !== entry.crc32) throw broken('its checksum does not match');
}

const SLICE = 64 * 1024;

function* slices(content: Buffer): Generator<Buffer, void, undefined> {
  for (let start = 0; start < content.length; start += SLICE) yield content.subarray(start, start + SLICE);
}

async function* inflated(packed: Buffer, promised: number): AsyncGenerator<Buffer, void, undefined> {
  if (packed.length <= SLICE && promised <= SLICE) {
    // Most files of most packages are small. A stream for each costs ten times the work of inflating it; a turn of the
    // event loop in between keeps other calls going.
    await setImmediate();
    yield inflateRawSync(packed, { maxOutputLength: Math.max(promised, 1) });
    return;
  }
  const inflate = createInflateRaw({ chunkSize: SLICE });
  inflate.end(packed);
  try {
    for await (const chunk of inflate) yield chunk as Buffer;
  } finally {
    inflate.destroy();
  }
}
