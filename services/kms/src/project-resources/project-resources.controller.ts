import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { CountProjectResourcesRequest, CountProjectResourcesResponse } from '@windlass/contracts/kms/v1/project_resources';
import { CallContextReader } from '@windlass/grpc';
import { KeyTable } from '../key/index.js';

/** For iam, which deletes no project that holds keys. The credential may be scoped to the account: the tenant is the account's. */
@Controller()
export class ProjectResourcesController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly keys: KeyTable,
  ) {}

  @GrpcMethod('ProjectResourceService', 'countProjectResources')
  async countProjectResources({ project_id }: CountProjectResourcesRequest, metadata: Metadata): Promise<CountProjectResourcesResponse> {
    const { domain_id } = this.calls.read(metadata).principal;
    return { keys: await this.keys.countIn(domain_id, project_id) };
  }
}
