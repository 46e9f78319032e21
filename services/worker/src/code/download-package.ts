import type { CatalogServiceClient, PackageChunk } from '@windlass/contracts/registry/v1/catalog_service';

/** Streams a package from the registry; the archive's digest is checked by who stores it. */
export async function* downloadPackage(client: CatalogServiceClient, digest: string, deadlineMs: number): AsyncGenerator<Uint8Array> {
  const call = client.downloadPackage({ code_digest: digest }, { deadline: Date.now() + deadlineMs } as never);
  try {
    for await (const chunk of call as AsyncIterable<PackageChunk>) yield chunk.data;
  } finally {
    call.cancel();
  }
}
