import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { AgencyServiceService, IssueForServiceResponse, type IssueForServiceRequest } from '@windlass/contracts/iam/v1/agency_service';
import { WindlassError } from '@windlass/errors';
import { toServiceError } from '@windlass/grpc';

/** Speaks the part of iam's contract that issues credentials, for the agencies it is told of, and keeps what it was asked. */
export class IamPeer {
  readonly agencies = new Set<string>();
  readonly issues: IssueForServiceRequest[] = [];
  private readonly server = new Server();

  async listen(address: string): Promise<void> {
    const { issueForService } = AgencyServiceService;
    this.server.addService({ issueForService } as never, {
      issueForService: ({ request }: ServerUnaryCall<IssueForServiceRequest, IssueForServiceResponse>, reply: sendUnaryData<IssueForServiceResponse>) => {
        this.issues.push(request);
        if (this.agencies.has(request.agency_name)) reply(null, this.credentials(request));
        else reply(toServiceError(new WindlassError({ kind: 'not_found', reason: 'AGENCY_NOT_FOUND', code: 'IAM.0004', message: 'no such agency' })));
      },
    });
    await new Promise<void>((resolve, reject) => {
      this.server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
    });
  }

  close(): void {
    this.server.forceShutdown();
  }

  private credentials({ agency_name, duration_seconds }: IssueForServiceRequest): IssueForServiceResponse {
    const nth = this.issues.length;
    return {
      ...{ access_key: `AK-${nth}`, secret_key: `secret-of-${nth}`, security_token: `security-token-${nth}`, auth_token: `auth-token-${nth}` },
      ...{ expires_at: Date.now() + duration_seconds * 1_000, agency_id: `id of ${agency_name}`, agency_name },
    };
  }
}
