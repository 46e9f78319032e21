import { createHash } from 'node:crypto';
import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import type { FunctionAlias, FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { CatalogServiceService, type CatalogServiceServer } from '@windlass/contracts/registry/v1/catalog_service';
import { SealedVersionServiceService, type UnlockVersionRequest, type UnlockVersionResponse } from '@windlass/contracts/registry/v1/sealed_version_service';
import { WindlassError } from '@windlass/errors';
import { toServiceError } from '@windlass/grpc';
import { sealPackage } from '@windlass/package-seal';
import { ZipFile } from 'yazl';

export type PackageFiles = Readonly<Record<string, string | { readonly content: string | Buffer; readonly mode: number }>>;

/** A package as a tenant would upload it. Files are plain (0644) unless they say otherwise; "bootstrap" is a program. */
export async function zipOf(files: PackageFiles): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, file] of Object.entries(files)) {
    const content = typeof file === 'string' ? file : file.content;
    const mode = typeof file === 'string' ? (name === 'bootstrap' ? 0o100755 : 0o100644) : file.mode;
    zip.addBuffer(typeof content === 'string' ? Buffer.from(content) : content, name, { mode });
  }
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** Speaks the registry's contract from memory, and counts what it is asked. */
export class RegistryPeer {
  readonly packages = new Map<string, Buffer>();
  specCalls = 0;
  downloads = 0;
  readonly aliases = new Map<string, FunctionAlias>();
  /** What opens functions under customers' keys, by function, or why it does not. */
  readonly locks = new Map<string, UnlockVersionResponse | WindlassError>();
  unlocks = 0;
  private readonly specs = new Map<string, FunctionSpec>();
  private readonly server = new Server();

  async listen(address: string): Promise<void> {
    const handlers: CatalogServiceServer = {
      showFunctionSpec: ({ request }, reply) => {
        this.specCalls += 1;
        const spec = this.specs.get(`${request.func_id}:${request.version}`);
        if (spec !== undefined) reply(null, spec);
        else reply(toServiceError(new WindlassError({ kind: 'not_found', reason: 'FUNCTION_NOT_FOUND', code: 'FSS.1051', message: 'Not found the function' })));
      },
      showFunctionAlias: ({ request }, reply) => {
        const alias = this.aliases.get(`${request.func_id}:${request.alias}`);
        if (alias !== undefined) reply(null, alias);
        else reply(toServiceError(new WindlassError({ kind: 'not_found', reason: 'ALIAS_NOT_FOUND', code: 'FSS.1053', message: 'Not found the alias' })));
      },
      listGroupRoutes: (_call, reply) => reply(null, { routes: [] }),
      downloadPackage: (call) => {
        this.downloads += 1;
        const zip = this.packages.get(call.request.code_digest);
        if (zip === undefined) {
          call.emit('error', { code: status.NOT_FOUND, details: 'no such package' });
          return;
        }
        for (let at = 0; at < zip.length; at += 256 * 1024) call.write({ data: zip.subarray(at, at + 256 * 1024) });
        call.end();
      },
    };
    this.server.addService(CatalogServiceService, handlers);
    const { unlockVersion } = SealedVersionServiceService;
    this.server.addService({ unlockVersion } as never, {
      unlockVersion: ({ request }: ServerUnaryCall<UnlockVersionRequest, UnlockVersionResponse>, reply: sendUnaryData<UnlockVersionResponse>) => {
        this.unlocks += 1;
        const lock = this.locks.get(request.func_id);
        if (lock === undefined || lock instanceof WindlassError) reply(toServiceError(lock ?? new WindlassError({ kind: 'not_found', reason: 'FUNCTION_NOT_FOUND', code: 'FSS.1051', message: 'Not found the function' })));
        else reply(null, lock);
      },
    });
    await new Promise<void>((resolve, reject) => {
      this.server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
    });
  }

  async store(files: PackageFiles): Promise<{ code_digest: string; code_size_bytes: number }> {
    const zip = await zipOf(files);
    const code_digest = createHash('sha512').update(zip).digest('hex');
    this.packages.set(code_digest, zip);
    return { code_digest, code_size_bytes: zip.length };
  }

  /** The same package encrypted, as the registry stores it for this function. */
  seal(spec: FunctionSpec, dataKey: Buffer): FunctionSpec {
    const zip = this.packages.get(spec.code_digest);
    if (zip === undefined) throw new Error('the package of the function is not there');
    const stored = sealPackage(dataKey, { purpose: 'function-code', domain_id: spec.domain_id, project_id: spec.project_id, func_id: spec.func_id, digest: spec.code_digest }, zip);
    const stored_code_digest = createHash('sha512').update(stored).digest('hex');
    this.packages.set(stored_code_digest, stored);
    this.packages.delete(spec.code_digest);
    return { ...spec, stored_code_digest };
  }

  put(spec: FunctionSpec): void {
    this.specs.set(`${spec.func_id}:${spec.version}`, spec);
  }

  remove(functionId: string): void {
    for (const key of this.specs.keys()) if (key.startsWith(`${functionId}:`)) this.specs.delete(key);
  }

  close(): void {
    this.server.forceShutdown();
  }
}
