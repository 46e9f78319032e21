import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/kms/v1/service_key_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, metadataOf, type Caller } from '../caller.js';
import { KeyTable, ServiceKeys } from '../key/index.js';
import { invalidField } from '../refusal.js';

const SERVICE = 'ServiceKeyService';

/** Services that have default keys, and what those are for. */
const DESCRIPTIONS: ReadonlyMap<string, string> = new Map([['functiongraph', 'The default key of FunctionGraph: encrypts code and environments of functions']]);

/** Internal: the default keys that services make for a tenant on first use. */
@Controller()
export class ServiceKeyController {
  constructor(
    private readonly context: CallContextReader,
    private readonly keys: KeyTable,
    private readonly serviceKeys: ServiceKeys,
  ) {}

  @GrpcMethod(SERVICE, 'findServiceKey')
  async findServiceKey(request: rpc.FindServiceKeyRequest, metadata: Metadata): Promise<rpc.FindServiceKeyResponse> {
    const { projectId } = this.caller(request, metadata);
    const { alias } = defaultKeyOf(request.service);
    return { key_id: (await this.keys.byAlias(projectId, alias))?.id ?? '' };
  }

  @GrpcMethod(SERVICE, 'ensureServiceKey')
  async ensureServiceKey(request: rpc.EnsureServiceKeyRequest, metadata: Metadata): Promise<rpc.EnsureServiceKeyResponse> {
    const caller = this.caller(request, metadata);
    const { domainId, projectId } = caller;
    const { alias, description } = defaultKeyOf(request.service);
    const row = await this.serviceKeys.ensure({ domainId, projectId, alias, keySpec: 'AES_256', defaultKey: true }, description, metadataOf(caller));
    return { key_id: row.id };
  }

  private caller(request: { project_id: string }, metadata: Metadata): Caller {
    return callerOf(this.context.read(metadata), { ...request, sequence: '' });
  }
}

function defaultKeyOf(service: string): { readonly alias: string; readonly description: string } {
  const description = DESCRIPTIONS.get(service);
  if (description === undefined) throw invalidField('service', `is one of ${[...DESCRIPTIONS.keys()].join(', ')}`);
  return { alias: `${service}/default`, description };
}
