import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { CountProjectResourcesRequest, CountProjectResourcesResponse } from '@windlass/contracts/logs/v1/project_resources';
import { CallContextReader } from '@windlass/grpc';
import { FUNCTION_LOG_GROUP } from '../function-log/index.js';
import { LogGroupTable } from '../log-group/index.js';

/** For iam, which deletes no project that holds log groups. The credential may be scoped to the account: the tenant is the account's. */
@Controller()
export class ProjectResourcesController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly groups: LogGroupTable,
  ) {}

  @GrpcMethod('ProjectResourceService', 'countProjectResources')
  async countProjectResources({ project_id }: CountProjectResourcesRequest, metadata: Metadata): Promise<CountProjectResourcesResponse> {
    const { domain_id } = this.calls.read(metadata).principal;
    return { log_groups: await this.groups.countOthers(domain_id, project_id, FUNCTION_LOG_GROUP) };
  }
}
