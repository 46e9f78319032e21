import { Metadata } from '@grpc/grpc-js';
import type { OnModuleDestroy } from '@nestjs/common';
import { ProjectResourceServiceClient as KmsClient } from '@windlass/contracts/kms/v1/project_resources';
import { ProjectResourceServiceClient as LogsClient } from '@windlass/contracts/logs/v1/project_resources';
import { ProjectResourceServiceClient as RegistryClient } from '@windlass/contracts/registry/v1/project_resources';
import { connect, type Remote } from '@windlass/grpc';
import type { PrincipalSigner } from '@windlass/principal';
import type { Caller } from '../caller.js';
import type { IamConfig } from '../config.js';
import type { ResourceCounts } from './resource-counts.js';

/** Asks the services that keep resources, in the caller's name, what a project holds. */
export class ResourceCounter implements OnModuleDestroy {
  private readonly registry: Remote<RegistryClient>;
  private readonly logs: Remote<LogsClient>;
  private readonly kms: Remote<KmsClient>;

  constructor(
    addresses: Pick<IamConfig, 'registryAddress' | 'logsAddress' | 'kmsAddress'>,
    private readonly signer: PrincipalSigner,
  ) {
    this.registry = connect(RegistryClient, addresses.registryAddress);
    this.logs = connect(LogsClient, addresses.logsAddress);
    this.kms = connect(KmsClient, addresses.kmsAddress);
  }

  /** Fails as `unavailable` when one of them does not answer: what it holds is not known then. */
  async count({ principal, metadata: cause }: Caller, projectId: string): Promise<ResourceCounts> {
    const metadata = new Metadata();
    this.signer.attach(metadata, principal, cause);
    const request = { project_id: projectId };
    const [{ functions }, { log_groups: logGroups }, { keys }] = await Promise.all([
      this.registry.countProjectResources(request, { metadata }),
      this.logs.countProjectResources(request, { metadata }),
      this.kms.countProjectResources(request, { metadata }),
    ]);
    return { functions, logGroups, keys };
  }

  onModuleDestroy(): void {
    for (const client of [this.registry, this.logs, this.kms]) client.close();
  }
}
