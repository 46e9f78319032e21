import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { FunctionAlias, FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type {
  DownloadPackageRequest,
  ListGroupRoutesRequest,
  ListGroupRoutesResponse,
  ShowFunctionAliasRequest,
  ShowFunctionSpecRequest,
} from '@windlass/contracts/registry/v1/catalog_service';
import { EMPTY, type Observable } from 'rxjs';
import { PackageStore } from '../code-package/package-store.js';
import { ListGroupRoutesQuery } from './list-group-routes.js';
import { type PackageDownload, writeChunks } from './package-chunks.js';
import { ShowFunctionAliasQuery } from './show-function-alias.js';
import { ShowFunctionSpecQuery } from './show-function-spec.js';

const SERVICE = 'CatalogService';

/** For workers, gateways and the edge. They call as themselves and not for a tenant: the socket lets in nobody else. */
@Controller()
export class CatalogController {
  constructor(
    private readonly queries: QueryBus,
    private readonly packages: PackageStore,
  ) {}

  @GrpcMethod(SERVICE, 'showFunctionSpec')
  showFunctionSpec(request: ShowFunctionSpecRequest): Promise<FunctionSpec> {
    return this.queries.execute(new ShowFunctionSpecQuery(request.func_id, request.version));
  }

  @GrpcMethod(SERVICE, 'showFunctionAlias')
  showFunctionAlias(request: ShowFunctionAliasRequest): Promise<FunctionAlias> {
    return this.queries.execute(new ShowFunctionAliasQuery(request.func_id, request.alias));
  }

  @GrpcMethod(SERVICE, 'listGroupRoutes')
  async listGroupRoutes(request: ListGroupRoutesRequest): Promise<ListGroupRoutesResponse> {
    return { routes: await this.queries.execute(new ListGroupRoutesQuery(request.group_id)) };
  }

  @GrpcMethod(SERVICE, 'downloadPackage')
  async downloadPackage(request: DownloadPackageRequest, _metadata: unknown, download: PackageDownload): Promise<Observable<never>> {
    await writeChunks(await this.packages.open(request.code_digest), download);
    // The chunks are written; what is left for Nest is to end the call.
    return EMPTY;
  }
}
