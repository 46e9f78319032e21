import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { AccountHistoryServiceService, type ShowAccountAtRequest, type ShowAccountAtResponse } from '@windlass/contracts/iam/v1/account_history_service';
import { AgencyDirectoryServiceService, type ShowAgencyStateRequest, type ShowAgencyStateResponse } from '@windlass/contracts/iam/v1/agency_directory_service';
import {
  EnterpriseProjectDirectoryServiceService,
  type ShowEnterpriseProjectStateRequest,
  type ShowEnterpriseProjectStateResponse,
} from '@windlass/contracts/iam/v1/enterprise_project_service';

export interface IamPeer {
  /** States of enterprise projects, by account and id: a test puts in what iam would know. */
  readonly states: Map<string, 'enabled' | 'disabled'>;
  /** States of agencies, by account and name. */
  readonly agencies: Map<string, 'usable' | 'untrusting' | 'expired'>;
  /** What an operator had set at a time. */
  pastQuotas: (time: string) => Readonly<Record<string, number>>;
  close(): void;
}

/** The other side of iam's contract, as far as the registry calls it: a real gRPC server. */
export async function startIamPeer(address: string): Promise<IamPeer> {
  const states: IamPeer['states'] = new Map();
  const agencies: IamPeer['agencies'] = new Map();
  const server = new Server();
  const { showEnterpriseProjectState } = EnterpriseProjectDirectoryServiceService;
  server.addService({ showEnterpriseProjectState } as never, {
    showEnterpriseProjectState: (
      { request }: ServerUnaryCall<ShowEnterpriseProjectStateRequest, ShowEnterpriseProjectStateResponse>,
      callback: sendUnaryData<ShowEnterpriseProjectStateResponse>,
    ) => callback(null, { state: states.get(`${request.domain_id}/${request.enterprise_project_id}`) ?? 'absent' }),
  });
  const { showAgencyState } = AgencyDirectoryServiceService;
  server.addService({ showAgencyState } as never, {
    showAgencyState: ({ request }: ServerUnaryCall<ShowAgencyStateRequest, ShowAgencyStateResponse>, callback: sendUnaryData<ShowAgencyStateResponse>) =>
      callback(null, { state: agencies.get(`${request.domain_id}/${request.agency_name}`) ?? 'absent' }),
  });
  const peer: IamPeer = { states, agencies, pastQuotas: () => ({}), close: () => server.forceShutdown() };
  const { showAccountAt } = AccountHistoryServiceService;
  server.addService({ showAccountAt } as never, {
    showAccountAt: ({ request }: ServerUnaryCall<ShowAccountAtRequest, ShowAccountAtResponse>, callback: sendUnaryData<ShowAccountAtResponse>) =>
      callback(null, { status: 'active', quotas: peer.pastQuotas(request.time) }),
  });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
  });
  return peer;
}
