import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { ShowAgencyStateRequest, ShowAgencyStateResponse } from '@windlass/contracts/iam/v1/agency_directory_service';
import { ShowAgencyState } from './agency-state.js';

/** Internal, for the services that act through agencies. */
@Controller()
export class AgencyDirectoryController {
  constructor(private readonly queries: QueryBus) {}

  @GrpcMethod('AgencyDirectoryService', 'showAgencyState')
  async showAgencyState(request: ShowAgencyStateRequest): Promise<ShowAgencyStateResponse> {
    const { service, domain_id: domainId, agency_name: agencyName } = request;
    return { state: await this.queries.execute(new ShowAgencyState(service, domainId, agencyName)) };
  }
}
