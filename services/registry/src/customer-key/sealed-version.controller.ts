import { Readable } from 'node:stream';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { DownloadSealedCodeRequest, UnlockVersionRequest, UnlockVersionResponse } from '@windlass/contracts/registry/v1/sealed_version_service';
import { EMPTY, type Observable } from 'rxjs';
import { type PackageDownload, writeChunks } from '../catalog/package-chunks.js';
import { ReadSealedCodeQuery } from './read-sealed-code.js';
import { UnlockVersionQuery } from './unlock-version.js';

const SERVICE = 'SealedVersionService';

/** For workers and the edge. They call as themselves and not for a tenant: the socket lets in nobody else. */
@Controller()
export class SealedVersionController {
  constructor(private readonly queries: QueryBus) {}

  @GrpcMethod(SERVICE, 'unlockVersion')
  unlockVersion({ func_id, version, revision }: UnlockVersionRequest): Promise<UnlockVersionResponse> {
    return this.queries.execute(new UnlockVersionQuery(func_id, version, revision));
  }

  @GrpcMethod(SERVICE, 'downloadSealedCode')
  async downloadSealedCode(request: DownloadSealedCodeRequest, _metadata: unknown, download: PackageDownload): Promise<Observable<never>> {
    const content = await this.queries.execute(new ReadSealedCodeQuery(request.stored_digest));
    await writeChunks(Readable.from([content], { objectMode: false }), download);
    return EMPTY;
  }
}
