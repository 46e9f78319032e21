import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';

const compressElsewhere = promisify(zstdCompress);
const decompressElsewhere = promisify(zstdDecompress);
/** Less is done before another thread has been asked. */
const WORTH_ANOTHER_THREAD = 32 * 1024;
// Higher levels make log lines hardly smaller.
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const SMALLEST_OUTPUT = 64;

// With room for the whole result the work is handed over once, and not for each piece of the result.

export function compress(bytes: Buffer): Buffer | Promise<Buffer> {
  const options = { ...LEVEL, chunkSize: bytes.length + 1024 };
  return bytes.length < WORTH_ANOTHER_THREAD ? zstdCompressSync(bytes, options) : compressElsewhere(bytes, options);
}

/** `length` is that of the result; more than that is refused. */
export function decompress(bytes: Buffer, length: number): Buffer | Promise<Buffer> {
  const options = { maxOutputLength: length, chunkSize: Math.max(length, SMALLEST_OUTPUT) };
  return length < WORTH_ANOTHER_THREAD ? zstdDecompressSync(bytes, options) : decompressElsewhere(bytes, options);
}
