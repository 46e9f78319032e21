import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';

/** As a payload stands in the table. */
export interface KeptPayload {
  readonly payload: Uint8Array;
  /** Bytes of what was published, where `payload` is compressed. */
  readonly unpackedBytes: number | null;
}

/** Smaller ones stand as they are. */
const WORTH_BYTES = 4 * 1024;
/** The quickest level that there is a name for: it takes less of the processor than the database takes to keep what it saves. */
const LEVEL = 1;

const compress = promisify<Uint8Array, object, Buffer>(zstdCompress);
const decompress = promisify<Uint8Array, object, Buffer>(zstdDecompress);

/**
 * Large messages are batches of what is much alike: lines, facts. The publisher compresses them, off its own thread, as everything behind it
 * costs by the byte: the way to the database, its log, its disk, the way to each group.
 */
export async function toKeep(payload: Uint8Array): Promise<KeptPayload> {
  if (payload.length < WORTH_BYTES) return { payload, unpackedBytes: null };
  const packed = await compress(payload, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
  return packed.length < payload.length ? { payload: packed, unpackedBytes: payload.length } : { payload, unpackedBytes: null };
}

/** What was published. Rejects when it is not what the row says. */
export async function fromKept({ payload, unpackedBytes }: KeptPayload): Promise<Uint8Array> {
  if (unpackedBytes === null) return payload;
  const whole = await decompress(payload, { maxOutputLength: Math.max(unpackedBytes, 1) });
  if (whole.length !== unpackedBytes) throw new Error(`A message of ${unpackedBytes} bytes was kept and has ${whole.length} now.`);
  return whole;
}
