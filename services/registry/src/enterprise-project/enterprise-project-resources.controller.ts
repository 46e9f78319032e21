import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  ListEnterpriseProjectResourcesRequest,
  ListEnterpriseProjectResourcesResponse,
  MigrateResourceRequest,
  MigrateResourceResponse,
} from '@windlass/contracts/registry/v1/enterprise_project_resources';
import { CallContextReader } from '@windlass/grpc';
import { eventCauseOf } from '@windlass/principal';
import { ListResourcesQuery } from './list-resources.js';
import { MoveFunctionCommand } from './move-function.js';

const SERVICE = 'EnterpriseProjectResourceService';

/** For iam, which calls in the name of its own caller. The credential may be scoped to the account: the tenant is the account's. */
@Controller()
export class EnterpriseProjectResourcesController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @GrpcMethod(SERVICE, 'listEnterpriseProjectResources')
  listEnterpriseProjectResources(request: ListEnterpriseProjectResourcesRequest, metadata: Metadata): Promise<ListEnterpriseProjectResourcesResponse> {
    return this.queries.execute(new ListResourcesQuery(this.calls.read(metadata).principal, request));
  }

  @GrpcMethod(SERVICE, 'migrateResource')
  async migrateResource(request: MigrateResourceRequest, metadata: Metadata): Promise<MigrateResourceResponse> {
    const context = this.calls.read(metadata);
    const { principal, requestId } = context;
    const { resource_id: urn, project_id: projectId, enterprise_project_id: target } = request;
    const caller = { domainId: principal.domain_id, projectId, actor: principal.user_id, requestId, metadata: eventCauseOf(context), principal };
    await this.commands.execute(new MoveFunctionCommand(caller, urn, target));
    return {};
  }
}
