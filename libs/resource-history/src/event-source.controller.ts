import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/history/v1/event_source_service';
import { CallContextReader } from '@windlass/grpc';
import { EventSource } from './event-source.js';

const SERVICE = 'EventSourceService';

/** For the history service. Every service that keeps events has one of these, under its own address. */
@Controller()
export class EventSourceController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly source: EventSource,
  ) {}

  @GrpcMethod(SERVICE, 'listSourceEvents')
  async listSourceEvents(request: rpc.ListSourceEventsRequest, metadata: Metadata): Promise<rpc.ListSourceEventsResponse> {
    return { events: await this.source.list(this.tenant(metadata), request) };
  }

  @GrpcMethod(SERVICE, 'showResourceAt')
  showResourceAt(request: rpc.ShowResourceAtRequest, metadata: Metadata): Promise<rpc.ShowResourceAtResponse> {
    return this.source.show(this.tenant(metadata), request.resource_type, request.resource_id, request.as_of);
  }

  @GrpcMethod(SERVICE, 'diffResource')
  diffResource({ resource_type, resource_id, from, to }: rpc.DiffResourceRequest, metadata: Metadata): Promise<rpc.DiffResourceResponse> {
    return this.source.diff(this.tenant(metadata), resource_type, resource_id, from, to);
  }

  @GrpcMethod(SERVICE, 'readAccountLog')
  async readAccountLog({ after, limit, until }: rpc.ReadAccountLogRequest, metadata: Metadata): Promise<rpc.ReadAccountLogResponse> {
    const { events, hasMore } = await this.source.log(this.tenant(metadata), after, limit, until);
    return { events: [...events], has_more: hasMore };
  }

  @GrpcMethod(SERVICE, 'listChangedAccounts')
  async listChangedAccounts({ after, limit }: rpc.ListChangedAccountsRequest): Promise<rpc.ListChangedAccountsResponse> {
    const { tenants, end } = await this.source.changedTenants(after, limit);
    return { account_ids: [...tenants], end };
  }

  private tenant(metadata: Metadata): string {
    return this.calls.read(metadata).principal.domain_id;
  }
}
