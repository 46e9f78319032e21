import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall, type ServiceDefinition } from '@grpc/grpc-js';
import { ProjectResourceServiceService as KmsService } from '@windlass/contracts/kms/v1/project_resources';
import { ProjectResourceServiceService as LogsService } from '@windlass/contracts/logs/v1/project_resources';
import { ProjectResourceServiceService as RegistryService, type CountProjectResourcesRequest } from '@windlass/contracts/registry/v1/project_resources';
import { PrincipalVerifier } from '@windlass/principal';
import { PRINCIPAL_KEY, type RunningIam } from './running-iam.js';

/** A service that keeps resources, as iam meets it: what it holds by account and project, and whether it answers. */
interface ResourcePeer {
  /** By `<domain id>/<project id>`. */
  readonly counts: Map<string, number>;
  away: boolean;
}

export interface ResourcePeers {
  readonly registry: ResourcePeer;
  readonly logs: ResourcePeer;
  readonly kms: ResourcePeer;
  close(): void;
}

/** The registry, logs and kms where the running iam looks for them. They know callers by their signed principals only. */
export async function startResourcePeers(iam: RunningIam): Promise<ResourcePeers> {
  const servers: Server[] = [];
  const start = async (address: string, service: ServiceDefinition, field: string): Promise<ResourcePeer> => {
    const peer: ResourcePeer = { counts: new Map(), away: false };
    const server = new Server();
    servers.push(server);
    server.addService(service, {
      countProjectResources: ({ request, metadata }: ServerUnaryCall<CountProjectResourcesRequest, unknown>, reply: sendUnaryData<object>) => {
        if (peer.away) return reply({ code: status.UNAVAILABLE });
        const { domain_id } = new PrincipalVerifier(PRINCIPAL_KEY).read(metadata).principal;
        reply(null, { [field]: peer.counts.get(`${domain_id}/${request.project_id}`) ?? 0 });
      },
    });
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
    });
    return peer;
  };
  const registry = await start(iam.registryAddress, RegistryService, 'functions');
  const logs = await start(iam.logsAddress, LogsService, 'log_groups');
  const kms = await start(iam.kmsAddress, KmsService, 'keys');
  return { registry, logs, kms, close: () => servers.forEach((server) => server.forceShutdown()) };
}
