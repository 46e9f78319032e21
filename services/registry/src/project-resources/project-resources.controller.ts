import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { CountProjectResourcesRequest, CountProjectResourcesResponse } from '@windlass/contracts/registry/v1/project_resources';
import { CallContextReader } from '@windlass/grpc';
import { DataSource } from 'typeorm';
import { FunctionRow } from '../function/function.entity.js';

/** For iam, which deletes no project that holds functions. The credential may be scoped to the account: the tenant is the account's. */
@Controller()
export class ProjectResourcesController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly dataSource: DataSource,
  ) {}

  @GrpcMethod('ProjectResourceService', 'countProjectResources')
  async countProjectResources({ project_id: projectId }: CountProjectResourcesRequest, metadata: Metadata): Promise<CountProjectResourcesResponse> {
    const { domain_id: domainId } = this.calls.read(metadata).principal;
    return { functions: await this.dataSource.manager.countBy(FunctionRow, { domainId, projectId }) };
  }
}
