import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import type * as rpc from '@windlass/contracts/kms/v1/grant_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, type Caller } from '../caller.js';
import { ChangeKey, type GrantRow } from '../key/index.js';
import { CreateGrant, RetireGrant } from './grant-commands.js';
import { GrantListing, type GrantPage } from './grant-listing.js';

const SERVICE = 'GrantService';

@Controller()
export class GrantController {
  constructor(
    private readonly context: CallContextReader,
    private readonly commands: CommandBus,
    private readonly listing: GrantListing,
  ) {}

  @GrpcMethod(SERVICE, 'createGrant')
  async createGrant(request: rpc.CreateGrantRequest, metadata: Metadata): Promise<rpc.CreateGrantResponse> {
    return { grant_id: await this.commands.execute(new CreateGrant(this.caller(request, metadata), request)) };
  }

  @GrpcMethod(SERVICE, 'cancelGrant')
  async cancelGrant(request: rpc.CancelGrantRequest, metadata: Metadata): Promise<rpc.CancelGrantResponse> {
    await this.commands.execute(new ChangeKey(this.caller(request, metadata), request.key_id, { kind: 'revoke_grant', grantId: request.grant_id }));
    return {};
  }

  @GrpcMethod(SERVICE, 'cancelSelfGrant')
  async cancelSelfGrant(request: rpc.CancelSelfGrantRequest, metadata: Metadata): Promise<rpc.CancelSelfGrantResponse> {
    await this.commands.execute(new RetireGrant(this.caller(request, metadata), request.key_id, request.grant_id));
    return {};
  }

  @GrpcMethod(SERVICE, 'listGrants')
  async listGrants(request: rpc.ListGrantsRequest, metadata: Metadata): Promise<rpc.ListGrantsResponse> {
    return shownPage(await this.listing.ofKey(this.caller(request, metadata), request.key_id, request));
  }

  @GrpcMethod(SERVICE, 'listRetirableGrants')
  async listRetirableGrants(request: rpc.ListRetirableGrantsRequest, metadata: Metadata): Promise<rpc.ListRetirableGrantsResponse> {
    return shownPage(await this.listing.retirable(this.caller(request, metadata), request));
  }

  private caller(request: { project_id: string; sequence: string }, metadata: Metadata): Caller {
    return callerOf(this.context.read(metadata), request);
  }
}

function shownPage({ grants, nextMarker: next_marker, total }: GrantPage): rpc.ListGrantsResponse {
  return { grants: grants.map(shownGrant), next_marker, truncated: String(next_marker !== ''), total };
}

function shownGrant({ keyId, id, grantee, granteeType, operations, issuer, createdAt, name, retiring }: GrantRow): rpc.Grant {
  return {
    key_id: keyId,
    grant_id: id,
    grantee_principal: grantee,
    grantee_principal_type: granteeType,
    operations,
    issuing_principal: issuer,
    creation_date: String(createdAt.getTime()),
    name,
    retiring_principal: retiring,
  };
}
