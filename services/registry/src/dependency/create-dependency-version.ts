import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateDependencyVersionRequest, Dependency } from '@windlass/contracts/registry/v1/dependency_service';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { AcceptedPackages } from '../code-package/accepted-packages.js';
import { LIBRARY_LIMITS, UPLOADED_LIBRARY_BYTES } from '../code-package/package-limits.js';
import { packageTooLarge } from '../code-package/package-errors.js';
import { decodeBase64, type UploadedCode } from '../code-package/uploaded-code.js';
import { Quotas } from '../quota/quota-usage.js';
import { refusal } from '../refusal.js';
import { readDependencyDescription, requireDependencyName, requireKnownRuntime } from './dependency-fields.js';
import { DependencyStreams } from './dependency-streams.js';
import { viewDependencyVersion } from './dependency-view.js';

export class CreateDependencyVersionCommand extends Command<Dependency> {
  constructor(
    readonly caller: Caller,
    readonly request: CreateDependencyVersionRequest,
  ) {
    super();
  }
}

@CommandHandler(CreateDependencyVersionCommand)
export class CreateDependencyVersionHandler implements ICommandHandler<CreateDependencyVersionCommand> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly streams: DependencyStreams,
    private readonly quotas: Quotas,
    private readonly packages: AcceptedPackages,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: CreateDependencyVersionCommand): Promise<Dependency> {
    const name = requireDependencyName(request.name);
    const runtime = requireKnownRuntime(request.runtime);
    const description = readDependencyDescription(request.description);
    const upload = readLibraries(request, name);
    await this.quotas.requireRoom(this.dataSource.manager, caller.domainId, { functions: 0, codeBytes: upload.type === 'obs' ? 0 : upload.content.length });
    const accepted = await this.packages.acceptLibraries(upload);
    const version = await this.streams.create(caller, {
      id: randomUUID(),
      dependId: randomUUID(),
      domainId: caller.domainId,
      projectId: caller.projectId,
      name,
      runtime,
      description,
      fileName: accepted.filename,
      link: accepted.url ?? '',
      digest: accepted.digest,
      sizeBytes: accepted.sizeBytes,
      createdAt: this.clock.now().toISOString(),
    });
    return viewDependencyVersion(version);
  }
}

/** FSS.1032 for a depend_type that is none, FSS.1012 without a package, FSS.1071 when too large. */
function readLibraries({ depend_type: type, depend_file: file, depend_link: link }: CreateDependencyVersionRequest, name: string): UploadedCode {
  const filename = `${name}.zip`;
  if (type === 'obs') {
    if (link === '') throw refusal('invalid', 'FSS.1010', 'CODE_URL_MISSING', 'depend_link is missing. Send the URL of the package in a bucket.');
    return { type: 'obs', filename, url: link };
  }
  if (type !== 'zip') {
    throw refusal('invalid', 'FSS.1032', 'DEPENDENCY_TYPE_INVALID', `depend_type is ${JSON.stringify(type.slice(0, 40))}. Use zip with depend_file, or obs with depend_link.`);
  }
  if (file === '') throw refusal('invalid', 'FSS.1012', 'CODE_MISSING', 'depend_file is missing. Send the Base64 of a zip package.');
  const content = decodeBase64('depend_file', file);
  if (content.length > UPLOADED_LIBRARY_BYTES) throw packageTooLarge(UPLOADED_LIBRARY_BYTES, `Put it into a bucket and use depend_type obs, which takes up to ${LIBRARY_LIMITS.packedBytes / 1024 / 1024} MB, or divide it.`);
  return { type: 'zip', filename, content };
}
