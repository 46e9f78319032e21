import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { RoleAssignment, RoleAssignment_Scope, ShowDomainRoleAssignmentsRequest, ShowDomainRoleAssignmentsResponse } from '@windlass/contracts/iam/v1/grant_service';
import { WindlassError } from '@windlass/errors';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, requireOwnDomain } from '../caller.js';
import { requirePage } from '../page.js';
import { keyOf, type GrantRow } from './grant.entity.js';
import type { GrantScope, GrantSubject } from './grant.js';
import { SearchGrants, type GrantFilter } from './search-grants.js';

const MOST_ON_A_PAGE = 50;

@Controller()
export class SearchGrantsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
  ) {}

  @GrpcMethod('GrantService', 'showDomainRoleAssignments')
  async showDomainRoleAssignments(request: ShowDomainRoleAssignmentsRequest, metadata: Metadata): Promise<ShowDomainRoleAssignmentsResponse> {
    const caller = callerOf(this.callers.read(metadata));
    const { domainId } = caller;
    const { domain_id: named, scope_domain_id: scopeDomain, page, per_page: perPage } = request;
    for (const id of [named, scopeDomain]) requireOwnDomain(caller, id);
    const query = new SearchGrants(domainId, filterOf(request), requirePage(page, perPage, MOST_ON_A_PAGE));
    const { rows, total } = await this.queries.execute(query);
    return { total_num: total, role_assignments: rows.map((row) => assignmentView(domainId, row)) };
  }
}

function filterOf(request: ShowDomainRoleAssignmentsRequest): GrantFilter {
  const { subject, scope } = { subject: subjectOf(request), scope: scopeOf(request) };
  return {
    roleId: request.role_id === '' ? undefined : id('role_id', request.role_id),
    subject,
    subjectType: oneOf('subject', request.subject, ['user', 'group', 'agency']),
    includeGroups: request.include_group ?? true,
    scopeType: scope?.type ?? oneOf('scope', request.scope, ['project', 'domain', 'enterprise_project']),
    scopeId: scope?.id,
    inherited: request.is_inherited,
  };
}

function subjectOf(request: ShowDomainRoleAssignmentsRequest): GrantSubject | undefined {
  const { subject_user_id: user, subject_group_id: group, subject_agency_id: agency } = request;
  const named = Object.entries({ user, group, agency }).filter(([, text]) => text !== '');
  if (named.length > 1) throw badParameter('Only one of subject.user_id, subject.group_id and subject.agency_id may be given.');
  return named.map(([type, text]) => ({ type: type as GrantSubject['type'], id: id(`subject.${type}_id`, text) }))[0];
}

function scopeOf(request: ShowDomainRoleAssignmentsRequest): { readonly type: 'project' | 'domain' | 'enterprise_project'; readonly id?: string } | undefined {
  const { scope_project_id: project, scope_domain_id: domain, scope_enterprise_project_id: enterpriseProject } = request;
  if ([project, domain, enterpriseProject].filter((text) => text !== '').length > 1) {
    throw badParameter('Only one of scope.project_id, scope.domain_id and scope.enterprise_projects_id may be given.');
  }
  if (project !== '') return { type: 'project', id: id('scope.project_id', project) };
  if (enterpriseProject !== '') return { type: 'enterprise_project', id: id('scope.enterprise_projects_id', enterpriseProject) };
  return domain === '' ? undefined : { type: 'domain' };
}

function oneOf<T extends string>(name: string, text: string, known: readonly T[]): T | undefined {
  const found = known.find((each) => each === text);
  if (found === undefined && text !== '') throw badParameter(`${name} must be one of ${known.map((each) => `"${each}"`).join(', ')}.`);
  return found;
}

function id(name: string, text: string): string {
  if (!/^[0-9a-f-]{1,36}$/.test(text)) throw badParameter(`${name} is no id.`);
  return text;
}

function badParameter(message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'PARAMETER_INVALID', code: 'IAM.0007', message });
}

function assignmentView(domainId: string, row: GrantRow): RoleAssignment {
  const { subject, scope, roleId } = keyOf(row);
  const of = (type: GrantSubject['type']) => (subject.type === type ? { id: subject.id } : undefined);
  return {
    user: of('user'),
    group: of('group'),
    agency: of('agency'),
    role: { id: roleId },
    scope: scopeView(domainId, scope),
    is_inherited: scope.type === 'all_projects',
  };
}

function scopeView(domainId: string, scope: GrantScope): RoleAssignment_Scope {
  const nowhere = { project: undefined, domain: undefined, enterprise_project: undefined };
  switch (scope.type) {
    case 'project':
      return { ...nowhere, project: { id: scope.projectId } };
    case 'enterprise_project':
      return { ...nowhere, enterprise_project: { id: scope.enterpriseProjectId } };
    case 'domain':
    case 'all_projects':
      return { ...nowhere, domain: { id: domainId } };
    default:
      return scope satisfies never;
  }
}
