import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  Agency,
  AgencyOption,
  CreateAgencyRequest,
  CreateAgencyResponse,
  CreateDefaultAgencyRequest,
  CreateDefaultAgencyResponse,
  DeleteAgencyRequest,
  DeleteAgencyResponse,
  ListAgenciesRequest,
  ListAgenciesResponse,
  ShowAgencyRequest,
  ShowAgencyResponse,
  UpdateAgencyRequest,
  UpdateAgencyResponse,
} from '@windlass/contracts/iam/v1/agency_service';
import { CallContextReader } from '@windlass/grpc';
import { DataSource } from 'typeorm';
import { callerOf, requireOwnDomain, type Caller } from '../caller.js';
import { requireMember } from '../require-member.js';
import { timestamp } from '../timestamp.js';
import { durationText, readDuration } from './agency-duration.js';
import type { AgencyRow } from './agency.entity.js';
import { ChangeAgency } from './change-agency.js';
import { CreateAgency } from './create-agency.js';
import { CreateDefaultAgency } from './create-default-agency.js';
import { DeleteAgency } from './delete-agency.js';
import { findAgency } from './find-agency.js';
import { ListAgencies } from './list-agencies.js';

@Controller()
export class AgencyController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
    private readonly dataSource: DataSource,
  ) {}

  @GrpcMethod('AgencyService', 'createAgency')
  async createAgency(request: CreateAgencyRequest, metadata: Metadata): Promise<CreateAgencyResponse> {
    const caller = this.caller(metadata);
    const option = requireMember(request.agency, 'agency');
    requireOwnDomain(caller, option.domain_id);
    const { name, description = '', duration } = option;
    return { agency: shown(await this.commands.execute(new CreateAgency(caller, { name, description, duration: readDuration(duration), trusted: trustedIn(option) }))) };
  }

  @GrpcMethod('AgencyService', 'listAgencies')
  async listAgencies(request: ListAgenciesRequest, metadata: Metadata): Promise<ListAgenciesResponse> {
    const { domainId } = this.caller(metadata);
    // Another account's agencies are not refused but not there: whether the account exists is not the caller's to know.
    if (request.domain_id !== '' && request.domain_id !== domainId) return { agencies: [] };
    const rows = await this.queries.execute(new ListAgencies(domainId, { name: request.name, trustDomainId: request.trust_domain_id }));
    return { agencies: rows.map(shown) };
  }

  @GrpcMethod('AgencyService', 'showAgency')
  async showAgency(request: ShowAgencyRequest, metadata: Metadata): Promise<ShowAgencyResponse> {
    return { agency: shown(await findAgency(this.dataSource.manager, this.caller(metadata).domainId, request.agency_id)) };
  }

  @GrpcMethod('AgencyService', 'updateAgency')
  async updateAgency(request: UpdateAgencyRequest, metadata: Metadata): Promise<UpdateAgencyResponse> {
    const caller = this.caller(metadata);
    const option = requireMember(request.agency, 'agency');
    const { description, duration } = option;
    const trusted = trustedIn(option);
    const change = {
      description,
      duration: duration === undefined || duration === null ? undefined : { hours: readDuration(duration) },
      trusted: trusted.id === '' && trusted.name === '' ? undefined : trusted,
    };
    return { agency: shown(await this.commands.execute(new ChangeAgency(caller, request.agency_id, change))) };
  }

  @GrpcMethod('AgencyService', 'deleteAgency')
  async deleteAgency(request: DeleteAgencyRequest, metadata: Metadata): Promise<DeleteAgencyResponse> {
    await this.commands.execute(new DeleteAgency(this.caller(metadata), request.agency_id));
    return {};
  }

  @GrpcMethod('AgencyService', 'createDefaultAgency')
  async createDefaultAgency(_request: CreateDefaultAgencyRequest, metadata: Metadata): Promise<CreateDefaultAgencyResponse> {
    return { agency: shown(await this.commands.execute(new CreateDefaultAgency(this.caller(metadata)))) };
  }

  private caller(metadata: Metadata): Caller {
    return callerOf(this.callers.read(metadata));
  }
}

function trustedIn({ trust_domain_id: id, trust_domain_name: name }: AgencyOption): { readonly id: string; readonly name: string } {
  return { id, name };
}

function shown(row: AgencyRow): Agency {
  return {
    id: row.agencyId,
    name: row.name,
    domain_id: row.domainId,
    trust_domain_id: row.trustDomainId,
    trust_domain_name: row.trustDomainName,
    description: row.description,
    duration: durationText(row.durationHours ?? undefined),
    create_time: withoutZone(row.createdAt),
    expire_time: row.expiresAt === null ? undefined : withoutZone(row.expiresAt),
  };
}

/** Agencies show their moments without the zone, which is UTC. */
function withoutZone(moment: Date): string {
  return timestamp(moment).replace('Z', '');
}
