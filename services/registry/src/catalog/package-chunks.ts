import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { DownloadPackageRequest, PackageChunk } from '@windlass/contracts/registry/v1/catalog_service';
import type { Readable } from 'node:stream';

/** The contract's bound of one chunk. */
const CHUNK_BYTES = 256 * 1024;

export type PackageDownload = ServerWritableStream<DownloadPackageRequest, PackageChunk>;

/** Writes a package in chunks of the contract's size, no faster than the other side takes them; ends early when it leaves. */
export async function writeChunks(content: Readable, download: PackageDownload): Promise<void> {
  const left = new AbortController();
  const leave = (): void => left.abort();
  download.once('cancelled', leave);
  try {
    for await (const part of content) {
      const bytes = part as Buffer;
      for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
        if (download.cancelled) return;
        if (!download.write({ data: bytes.subarray(start, start + CHUNK_BYTES) })) await once(download, 'drain', { signal: left.signal });
      }
    }
  } catch (error) {
    if (!left.signal.aborted) throw error;
  } finally {
    download.off('cancelled', leave);
    content.destroy();
  }
}
