import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { CreateTemporaryAccessKeyRequest, CreateTemporaryAccessKeyResponse } from '@windlass/contracts/iam/v1/temporary_credential_service';
import type { IssueForServiceRequest, IssueForServiceResponse } from '@windlass/contracts/iam/v1/agency_service';
import { WindlassError } from '@windlass/errors';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller.js';
import { timestamp } from '../timestamp.js';
import { CreateTemporaryAccessKey } from './create-temporary-access-key.js';
import { requireLife } from './credential-life.js';
import { readCredentialRequest } from './credential-request.js';
import { IssueForService } from './issue-for-service.js';

/** The one service of the platform that acts through agencies. */
const SERVICE = 'functiongraph';

@Controller()
export class TemporaryCredentialController {
  constructor(
    private readonly commands: CommandBus,
    private readonly callers: CallContextReader,
  ) {}

  /** Internal, for the platform's own services: the contract gives it no REST form. */
  @GrpcMethod('AgencyService', 'issueForService')
  async issueForService(request: IssueForServiceRequest): Promise<IssueForServiceResponse> {
    if (request.service !== SERVICE) throw unknownService(request.service);
    const agency = { id: request.agency_id, name: request.agency_name };
    const issued = await this.commands.execute(new IssueForService(request.domain_id, agency, requireLife(request.duration_seconds), request.project_id));
    return {
      access_key: issued.accessKey,
      secret_key: issued.secretKey,
      security_token: issued.securityToken,
      auth_token: issued.authToken,
      expires_at: issued.expiresAt.getTime(),
      agency_id: issued.agency.agencyId,
      agency_name: issued.agency.name,
    };
  }

  @GrpcMethod('TemporaryCredentialService', 'createTemporaryAccessKey')
  async createTemporaryAccessKey(request: CreateTemporaryAccessKeyRequest, metadata: Metadata): Promise<CreateTemporaryAccessKeyResponse> {
    const caller = callerOf(this.callers.read(metadata));
    const issued = await this.commands.execute(new CreateTemporaryAccessKey(caller, readCredentialRequest(request)));
    const { accessKey: access, secretKey: secret, securityToken: securitytoken, expiresAt } = issued;
    return { credential: { access, secret, securitytoken, expires_at: timestamp(expiresAt) } };
  }
}

function unknownService(service: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'SERVICE_UNKNOWN', code: 'IAM.0073', message: `No service "${service}" acts through agencies; ${SERVICE} does.` });
}
