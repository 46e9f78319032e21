import { createHash } from 'node:crypto';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { FunctionAlias, FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { CatalogServiceService, type CatalogServiceServer } from '@windlass/contracts/registry/v1/catalog_service';
import { WindlassError } from '@windlass/errors';
import { toServiceError } from '@windlass/grpc';
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
