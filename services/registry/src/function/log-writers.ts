import type { OnModuleDestroy } from '@nestjs/common';
import { DecideActionsRequest, type ServiceAuthorizationServiceClient } from '@windlass/contracts/iam/v1/service_authorization_service';
import type { Remote } from '@windlass/grpc';
import type { Caller } from '../caller/caller.js';
import { refusal } from '../refusal.js';
import type { FunctionAgencies } from './function.state.js';

/** The group that the log service makes for the functions of a project: the platform writes there for them. */
export const PLATFORM_GROUP = 'functiongraph.log.group.default';
const WRITE = 'lts:logs:create';

/** Asks iam whether a function may write to a log group of the tenant's own, which it does as the agency of its configuration. */
export class LogWriters implements OnModuleDestroy {
  constructor(private readonly iam: Remote<ServiceAuthorizationServiceClient>) {}

  /** Refuses with FSS.1021 a function without an agency, and an agency that may not write to the group. The platform's own group is everybody's. */
  async require(caller: Caller, { configuration: agency }: FunctionAgencies, group: { readonly id: string; readonly name: string }): Promise<void> {
    if (group.name === PLATFORM_GROUP) return;
    if (agency === '') {
      throw refusal('invalid', 'FSS.1021', 'AGENCY_MISSING', `A function writes to the log group ${group.name} as its agency: name one in xrole that may do ${WRITE} there, or leave log_config out and it writes to a stream that the platform makes.`);
    }
    const wanted = { action: WRITE, resource: `group:${group.id}` };
    const { agency_state: state, decisions } = await this.iam.decideActions(
      DecideActionsRequest.fromPartial({ domain_id: caller.domainId, project_id: caller.projectId, agency_name: agency, service: 'functiongraph', actions: [wanted] }),
    );
    const [decision] = decisions;
    if (state === 'usable' && decision?.allowed === true) return;
    const what = decision?.resource ?? wanted.resource;
    throw refusal('invalid', 'FSS.1021', 'AGENCY_LACKS_ACTIONS', `The agency ${agency} may not do ${WRITE} on ${what}, which log_config needs. Grant it to the agency in this project, or leave log_config out.`);
  }

  onModuleDestroy(): void {
    this.iam.close();
  }
}
