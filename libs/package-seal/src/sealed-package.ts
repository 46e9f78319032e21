import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { encodeContext, requireDataKey, SealBroken, type SealContext } from './seal-context.js';

/*
 * The layout of a sealed package, version 1 (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár over AES-256-GCM):
 *
 *   header   "WLSP" | version (1 byte) | bytes of a chunk (uint32) | nonce prefix (7 random bytes)
 *   chunks   ciphertext | tag (16 bytes); all of the header's size but the last, which may have less, or nothing
 *
 * The nonce of a chunk is the prefix, its index (uint32) and 1 for the last or 0 for another: 96 bits. Authenticated with each are the
 * header and the context. Numbers are big-endian. A key seals one package and no other.
 */
const MAGIC = Buffer.from('WLSP');
const VERSION = 1;
const HEADER_BYTES = 16;
const PREFIX_BYTES = 7;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';
const USUAL_CHUNK_BYTES = 64 * 1024;
const LARGEST_CHUNK_BYTES = 1024 * 1024;

export interface SealOptions {
  /** 1 to 1 MiB; 64 KiB unless told. */
  readonly chunkBytes?: number;
  /** Seven bytes; random unless a test has to know them. */
  readonly noncePrefix?: Uint8Array;
}

/** Bytes that a package of that many has when it is sealed in chunks of the usual size. */
export function sealedSize(contentBytes: number): number {
  return HEADER_BYTES + contentBytes + TAG_BYTES * Math.max(1, Math.ceil(contentBytes / USUAL_CHUNK_BYTES));
}

/** Seals a package under a data key of its own. */
export function sealPackage(key: Uint8Array, context: SealContext, content: Uint8Array, options: SealOptions = {}): Buffer {
  requireDataKey(key);
  const { chunkBytes = USUAL_CHUNK_BYTES, noncePrefix = randomBytes(PREFIX_BYTES) } = options;
  if (!isChunkSize(chunkBytes)) throw new RangeError(`chunks have 1 to ${LARGEST_CHUNK_BYTES} bytes, not ${chunkBytes}`);
  if (noncePrefix.length !== PREFIX_BYTES) throw new RangeError(`the nonce prefix has ${noncePrefix.length} bytes, must have ${PREFIX_BYTES}`);
  const header = Buffer.alloc(HEADER_BYTES);
  header.set(MAGIC);
  header.writeUInt8(VERSION, 4);
  header.writeUInt32BE(chunkBytes, 5);
  header.set(noncePrefix, 9);
  const aad = Buffer.concat([header, encodeContext(context)]);
  const parts = [header];
  const last = Math.max(0, Math.ceil(content.length / chunkBytes) - 1);
  for (let index = 0; index <= last; index += 1) {
    const cipher = createCipheriv(ALGORITHM, key, nonceOf(header, index, index === last), { authTagLength: TAG_BYTES }).setAAD(aad);
    parts.push(cipher.update(content.subarray(index * chunkBytes, (index + 1) * chunkBytes)), cipher.final(), cipher.getAuthTag());
  }
  return Buffer.concat(parts);
}

/**
 * The package, chunk by chunk. Each is given out only when it is authentic, and the end only when nothing is missing: a reader that
 * got to it has the whole package. Throws SealBroken; no more than two chunks are held.
 */
export async function* openPackage(key: Uint8Array, context: SealContext, sealed: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  requireDataKey(key);
  let held = Buffer.alloc(0);
  let header: Header | undefined;
  let index = 0;
  for await (const piece of sealed) {
    held = Buffer.concat([held, piece]);
    if (header === undefined) {
      if (held.length < HEADER_BYTES) continue;
      header = readHeader(held, context);
      held = held.subarray(HEADER_BYTES);
    }
    // What is behind a chunk tells that it is not the last.
    while (held.length > header.sealedChunkBytes) {
      yield openChunk(key, header, index, false, held.subarray(0, header.sealedChunkBytes));
      held = held.subarray(header.sealedChunkBytes);
      index += 1;
    }
  }
  if (header === undefined) throw new SealBroken('it ends within its header');
  yield openChunk(key, header, index, true, held);
}

interface Header {
  readonly bytes: Buffer;
  readonly aad: Buffer;
  readonly sealedChunkBytes: number;
}

function readHeader(sealed: Buffer, context: SealContext): Header {
  const bytes = Buffer.from(sealed.subarray(0, HEADER_BYTES));
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || bytes.readUInt8(4) !== VERSION) throw new SealBroken('it is no sealed package of a version that is known');
  const chunkBytes = bytes.readUInt32BE(5);
  if (!isChunkSize(chunkBytes)) throw new SealBroken('its chunks have no size that is allowed');
  return { bytes, aad: Buffer.concat([bytes, encodeContext(context)]), sealedChunkBytes: chunkBytes + TAG_BYTES };
}

function openChunk(key: Uint8Array, header: Header, index: number, isLast: boolean, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new SealBroken('it ends within a chunk');
  const decipher = createDecipheriv(ALGORITHM, key, nonceOf(header.bytes, index, isLast), { authTagLength: TAG_BYTES })
    .setAAD(header.aad)
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  const content = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    content.fill(0);
    throw new SealBroken('it was altered or cut, or was sealed under another key or for something else');
  }
  return content;
}

function nonceOf(header: Buffer, index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  header.copy(nonce, 0, HEADER_BYTES - PREFIX_BYTES);
  nonce.writeUInt32BE(index, PREFIX_BYTES);
  nonce.writeUInt8(isLast ? 1 : 0, NONCE_BYTES - 1);
  return nonce;
}

function isChunkSize(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes >= 1 && bytes <= LARGEST_CHUNK_BYTES;
}
