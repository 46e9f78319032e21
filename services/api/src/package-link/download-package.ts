import { Readable } from 'node:stream';
import type { Client, ClientReadableStream, Metadata, ServiceError } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { CatalogServiceService, type PackageChunk } from '@windlass/contracts/registry/v1/catalog_service';
import { SealedVersionServiceService } from '@windlass/contracts/registry/v1/sealed_version_service';
import { fromServiceError } from '@windlass/grpc';
import type { HttpAnswer } from '../rest/http-answer.js';
import type { Services } from '../upstream/index.js';
import type { PackageReference } from './package-links.js';

const REGISTRY = 'windlass.registry.v1';
// A slow reader holds the stream open; half an hour serves the largest package over a poor line.
const DEADLINE_MS = 30 * 60_000;

/** Streams a package from the registry. Waits for the first chunk, so that a failure still gets its own status. */
export async function downloadPackage(services: Services, reference: PackageReference, requestId: string): Promise<HttpAnswer> {
  const metadata = services.metadata({ principal: Principal.fromPartial({}), requestId });
  const stream = streamOf(services.channel(REGISTRY), reference, metadata);
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<PackageChunk>;
  const first = await chunks.next().catch((error: ServiceError) => {
    throw fromServiceError(error);
  });
  const body = Readable.from(dataOf(first, chunks), { objectMode: false });
  body.once('close', () => stream.cancel());
  return { status: 200, headers: { 'content-type': 'application/zip', 'content-disposition': attachment(reference.fileName) }, body };
}

/** The package as it was uploaded: what lies encrypted the registry opens. */
function streamOf(registry: Client, { digest, sealed }: PackageReference, metadata: Metadata): ClientReadableStream<PackageChunk> {
  const options = { deadline: Date.now() + DEADLINE_MS };
  if (sealed) {
    const { path, requestSerialize, responseDeserialize } = SealedVersionServiceService.downloadSealedCode;
    return registry.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { stored_digest: digest }, metadata, options);
  }
  const { path, requestSerialize, responseDeserialize } = CatalogServiceService.downloadPackage;
  return registry.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { code_digest: digest }, metadata, options);
}

async function* dataOf(first: IteratorResult<PackageChunk>, rest: AsyncIterator<PackageChunk>): AsyncGenerator<Uint8Array> {
  for (let chunk = first; chunk.done !== true; chunk = await rest.next()) yield chunk.value.data;
}

/** A content-disposition: RFC 6266, in the extended form of RFC 8187, which takes any name. */
export function attachment(fileName: string): string {
  const encoded = encodeURIComponent(fileName).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename*=UTF-8''${encoded}`;
}
