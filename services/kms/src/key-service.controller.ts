import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/kms/v1/key_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from './caller.js';
import { CreateDataKey, dataKeyBytes, DecryptDataKey } from './data-key/index.js';
import { contextOfRequest } from './envelope/index.js';
import { PastKeys } from './history/past-keys.js';
import { ChangeKey, CreateKey, KeyAccess, KeyTable, readListing, shownKey, withoutPermission, type KeyFilter, type KeyRecord } from './key/index.js';
import { STATE_NUMBERS } from './key-state-numbers.js';
import { KmsSettings } from './settings.js';

@Controller()
export class KeyServiceController {
  constructor(
    private readonly context: CallContextReader,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly keys: KeyTable,
    private readonly access: KeyAccess,
    private readonly past: PastKeys,
    private readonly settings: KmsSettings,
  ) {}

  @GrpcMethod('KeyService', 'createKey')
  async createKey(request: rpc.CreateKeyRequest, metadata: Metadata): Promise<rpc.CreateKeyResponse> {
    const caller = this.caller(request, metadata);
    const { key_alias: alias, key_description: description, key_spec: keySpec, key_usage: keyUsage, origin, enterprise_project_id: enterpriseProjectId } = request;
    const key_id = await this.commands.execute(new CreateKey(caller, { alias, description, keySpec, keyUsage, origin, enterpriseProjectId }));
    return { key_info: { key_id, domain_id: caller.domainId } };
  }

  @GrpcMethod('KeyService', 'describeKey')
  async describeKey(request: rpc.DescribeKeyRequest, metadata: Metadata): Promise<rpc.DescribeKeyResponse> {
    const caller = this.caller(request, metadata);
    const { key_id, as_of } = request;
    // What was is told to those whom policies let see it.
    if (as_of !== undefined && withoutPermission(caller) !== undefined) throw withoutPermission(caller);
    const record = as_of === undefined ? await this.access.require(caller, key_id, 'describe-key') : await this.past.require(caller, key_id, await this.past.moment(caller, as_of));
    return { key_info: this.details(record) };
  }

  @GrpcMethod('KeyService', 'listKeys')
  async listKeys(request: rpc.ListKeysRequest, metadata: Metadata): Promise<rpc.ListKeysResponse> {
    const caller = this.caller(request, metadata);
    const { filter, after, limit } = readListing(caller, request);
    const moment = request.as_of === undefined ? undefined : await this.past.moment(caller, request.as_of);
    // One more than asked for tells whether there are more.
    const page = (of: KeyFilter) => (moment === undefined ? this.keys.page(of, after, limit + 1) : this.past.page(caller, of, after, limit + 1, moment));
    const { rows, total } = filter ? await page(filter) : { rows: [], total: 0 };
    const shown = rows.slice(0, limit);
    const truncated = rows.length > limit;
    return {
      keys: shown.map((row) => row.id),
      key_details: shown.map((row) => this.details(row)),
      next_marker: truncated ? (shown.at(-1)?.id ?? '') : '',
      truncated: String(truncated),
      total,
    };
  }

  @GrpcMethod('KeyService', 'enableKey')
  async enableKey(request: rpc.ChangeKeyStateRequest, metadata: Metadata): Promise<rpc.ChangeKeyStateResponse> {
    await this.commands.execute(new ChangeKey(this.caller(request, metadata), request.key_id, { kind: 'enable' }));
    return { key_info: { key_id: request.key_id, key_state: STATE_NUMBERS.enabled } };
  }

  @GrpcMethod('KeyService', 'disableKey')
  async disableKey(request: rpc.ChangeKeyStateRequest, metadata: Metadata): Promise<rpc.ChangeKeyStateResponse> {
    await this.commands.execute(new ChangeKey(this.caller(request, metadata), request.key_id, { kind: 'disable' }));
    return { key_info: { key_id: request.key_id, key_state: STATE_NUMBERS.disabled } };
  }

  @GrpcMethod('KeyService', 'createDatakey')
  async createDatakey(request: rpc.CreateDatakeyRequest, metadata: Metadata): Promise<rpc.CreateDatakeyResponse> {
    const { key_id, key_spec, datakey_length } = request;
    return this.commands.execute(new CreateDataKey(this.caller(request, metadata), key_id, dataKeyBytes(key_spec, datakey_length), contextOfRequest(request), 'create-datakey'));
  }

  @GrpcMethod('KeyService', 'decryptDatakey')
  decryptDatakey(request: rpc.DecryptDatakeyRequest, metadata: Metadata): Promise<rpc.DecryptDatakeyResponse> {
    return this.queries.execute(new DecryptDataKey(this.caller(request, metadata), request));
  }

  private caller(request: { project_id: string; sequence: string }, metadata: Metadata): Caller {
    return callerOf(this.context.read(metadata), request);
  }

  private details(row: KeyRecord): rpc.KeyDetails {
    return shownKey(row, this.settings.region);
  }
}
