import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { AccountHistoryServiceService, type ShowAccountAtRequest, type ShowAccountAtResponse } from '@windlass/contracts/iam/v1/account_history_service';
import { AgencyDirectoryServiceService, type ShowAgencyStateRequest, type ShowAgencyStateResponse } from '@windlass/contracts/iam/v1/agency_directory_service';
import { ServiceAuthorizationServiceService, type DecideActionsRequest, type DecideActionsResponse } from '@windlass/contracts/iam/v1/service_authorization_service';
import {
  EnterpriseProjectDirectoryServiceService,
  type ShowEnterpriseProjectStateRequest,
  type ShowEnterpriseProjectStateResponse,
} from '@windlass/contracts/iam/v1/enterprise_project_service';

export interface IamPeer {
  /** Actions that agencies and users lack, as "name action" or "name action KeyId:…": all others they have. */
  readonly denied: Set<string>;
  /** What was asked of whose actions. */
  readonly decisions: DecideActionsRequest[];
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
  const denied: IamPeer['denied'] = new Set();
  const decisions: IamPeer['decisions'] = [];
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
  const { decideActions } = ServiceAuthorizationServiceService;
  server.addService({ decideActions } as never, {
    decideActions: ({ request }: ServerUnaryCall<DecideActionsRequest, DecideActionsResponse>, callback: sendUnaryData<DecideActionsResponse>) => {
      decisions.push(request);
      const { domain_id, project_id, agency_name, agency_id, user_id } = request;
      const agency_state = agency_name === '' ? 'usable' : (agencies.get(`${domain_id}/${agency_name}`) ?? 'absent');
      const who = agency_name || agency_id || user_id;
      const made = request.actions.map(({ action, resource }) => {
        const isDenied = denied.has(`${who} ${action}`) || denied.has(`${who} ${action} ${resource}`);
        return { action, resource: `kms:local-1:${domain_id}:${resource}`, allowed: !isDenied, all_enterprise_projects: !isDenied, enterprise_project_ids: [] };
      });
      callback(null, { agency_state, agency_id: `id of ${agency_name}`, agency_name, domain_name: 'acme', project_name: `project ${project_id}`, decisions: agency_state === 'usable' ? made : [] });
    },
  });
  const peer: IamPeer = { states, agencies, denied, decisions, pastQuotas: () => ({}), close: () => server.forceShutdown() };
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
