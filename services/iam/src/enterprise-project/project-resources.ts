import { Metadata } from '@grpc/grpc-js';
import {
  EnterpriseProjectResourceServiceClient,
  ListEnterpriseProjectResourcesRequest,
  type ListEnterpriseProjectResourcesResponse,
  type MigrateResourceRequest,
} from '@windlass/contracts/registry/v1/enterprise_project_resources';
import { connect, type Remote } from '@windlass/grpc';
import { PrincipalSigner } from '@windlass/principal';
import type { Caller } from '../caller.js';

/** What enterprise projects hold: functions, which the registry knows. It is asked in the caller's name. */
export class ProjectResources {
  private readonly registry: Remote<EnterpriseProjectResourceServiceClient>;

  constructor(
    registryAddress: string,
    private readonly signer: PrincipalSigner,
  ) {
    this.registry = connect(EnterpriseProjectResourceServiceClient, registryAddress);
  }

  list(caller: Caller, request: Parameters<typeof ListEnterpriseProjectResourcesRequest.fromPartial>[0]): Promise<ListEnterpriseProjectResourcesResponse> {
    return this.registry.listEnterpriseProjectResources(ListEnterpriseProjectResourcesRequest.fromPartial(request), this.as(caller));
  }

  async migrate(caller: Caller, request: MigrateResourceRequest): Promise<void> {
    await this.registry.migrateResource(request, this.as(caller));
  }

  onModuleDestroy(): void {
    this.registry.close();
  }

  private as({ principal, metadata: cause }: Caller): { metadata: Metadata } {
    const metadata = new Metadata();
    this.signer.attach(metadata, principal, cause);
    return { metadata };
  }
}
