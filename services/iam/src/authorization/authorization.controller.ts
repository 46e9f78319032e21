import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  DecidingEvent,
  DecidingStatement,
  ExplainAuthorizationRequest,
  ExplainAuthorizationResponse,
  PolicyScope,
  ScopedPolicy,
  ShowEffectivePolicyRequest,
  ShowEffectivePolicyResponse,
} from '@windlass/contracts/iam/v1/authorization_service';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { WindlassError } from '@windlass/errors';
import type { StoredEvent } from '@windlass/event-store';
import { CallContextReader } from '@windlass/grpc';
import { scopeId, type Grant, type GrantScope } from '../grant/index.js';
import { versionOf, type PolicyHolder } from './effective-policy.js';
import { ExplainAuthorization } from './explain-authorization.js';
import { reachedIds } from './reached-ids.js';
import type { GrantedStatement } from './scoped-grant.js';
import { ShowEffectivePolicy } from './show-effective-policy.js';

@Controller()
export class AuthorizationController {
  constructor(
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
  ) {}

  /** Internal: asked by the edge about whoever calls, before anybody acts. */
  @GrpcMethod('AuthorizationService', 'showEffectivePolicy')
  async showEffectivePolicy(request: ShowEffectivePolicyRequest): Promise<ShowEffectivePolicyResponse> {
    const policy = await this.queries.execute(new ShowEffectivePolicy(holderOf(request.domain_id, request)));
    const version = versionOf(policy);
    if (version === request.known_version) return { version, unchanged: true, account_administrator: false, policies: [], enterprise_project_ids: [] };
    return {
      version,
      unchanged: false,
      account_administrator: policy.accountAdministrator,
      policies: policy.grants.map(toScopedPolicy),
      enterprise_project_ids: [...policy.enterpriseProjectIds],
    };
  }

  @GrpcMethod('AuthorizationService', 'explainAuthorization')
  async explainAuthorization(request: ExplainAuthorizationRequest, metadata: Metadata): Promise<ExplainAuthorizationResponse> {
    const { principal } = this.callers.read(metadata);
    const { project_id: projectId, enterprise_project_id: enterpriseProjectId, action, resource, context } = request;
    const holder = holderOf(principal.domain_id, namesSomebody(request) ? request : callerIn(principal));
    const question = { holder, domainName: principal.domain_name, projectId, enterpriseProjectId, action, resource, context };
    const { reach, enterpriseProjectIds, ...explanation } = await this.queries.execute(new ExplainAuthorization(question));
    return {
      decision: explanation.decision,
      reason: explanation.reason,
      resource: explanation.resource,
      all_enterprise_projects: reach.kind === 'all',
      enterprise_project_ids: [...reachedIds(reach, enterpriseProjectIds)],
      statements: explanation.statements.map(toDecidingStatement),
      events: explanation.events.map(toDecidingEvent),
    };
  }
}

type HolderIds = Pick<ShowEffectivePolicyRequest, 'user_id' | 'agency_id'>;

function namesSomebody({ user_id: userId, agency_id: agencyId }: HolderIds): boolean {
  return userId !== '' || agencyId !== '';
}

/** Who acts through an agency has the agency's grants and nothing else. */
function callerIn({ user_id, agency_id }: Principal): HolderIds {
  return agency_id === '' ? { user_id, agency_id: '' } : { user_id: '', agency_id };
}

function holderOf(domainId: string, { user_id: userId, agency_id: agencyId }: HolderIds): PolicyHolder {
  if ((userId === '') !== (agencyId === '')) return userId === '' ? { domainId, type: 'agency', id: agencyId } : { domainId, type: 'user', id: userId };
  throw new WindlassError({ kind: 'invalid', reason: 'SUBJECT_INVALID', code: 'IAM.0073', message: 'Name either a user_id or an agency_id.' });
}

function toScopedPolicy({ roleId, roleName, policy, scope, subject, origin }: Grant): ScopedPolicy {
  return {
    policy_id: roleId,
    policy_name: roleName,
    policy: { ...policy },
    scope: toPolicyScope(scope),
    subject,
    origin: { event_id: origin.eventId, stream_id: origin.streamId, version: origin.version },
  };
}

function toPolicyScope(scope: GrantScope): PolicyScope {
  return { type: scope.type, id: scopeId(scope) };
}

function toDecidingStatement({ statement, grant }: GrantedStatement): DecidingStatement {
  const { roleId, roleName, scope, subject } = grant;
  return { policy_id: roleId, policy_name: roleName, scope: toPolicyScope(scope), subject, effect: statement.effect, statement: { ...statement.source } };
}

function toDecidingEvent({ id, streamId, version, type, recordedAt, metadata }: StoredEvent): DecidingEvent {
  return { event_id: id, stream: streamId, version, type, recorded_at: recordedAt.toISOString(), actor: metadata.actor };
}
