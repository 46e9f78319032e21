import type { Metadata } from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { GrantResponse, ListGrantedRolesResponse } from '@windlass/contracts/iam/v1/grant_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf, requireOwnDomain, type Caller } from '../caller.js';
import { roleView } from '../role/index.js';
import { PUBLIC_API_URL } from '../settings.js';
import { ChangeGrants } from './change-grants.js';
import type { GrantKey, GrantScope, GrantSubject } from './grant.js';
import { CheckGrant, ListGrantedRoles } from './show-grants.js';

/** A subject and a scope as a request's path names them. */
export interface Target {
  readonly subject: GrantSubject;
  readonly scope: GrantScope;
  /** The account in the path, where there is one: it must be the caller's. */
  readonly domainId?: string;
}

export const user = (id: string): GrantSubject => ({ type: 'user', id });
export const group = (id: string): GrantSubject => ({ type: 'group', id });
export const agency = (id: string): GrantSubject => ({ type: 'agency', id });

export const inProject = (subject: GrantSubject, { project_id: projectId }: { project_id: string }): Target => ({ subject, scope: { type: 'project', projectId } });
export const inDomain = (subject: GrantSubject, { domain_id: domainId }: { domain_id: string }): Target => ({ subject, scope: { type: 'domain' }, domainId });
export const inAllProjects = (subject: GrantSubject, { domain_id: domainId }: { domain_id: string }): Target => ({ subject, scope: { type: 'all_projects' }, domainId });
export const inEnterpriseProject = (subject: GrantSubject, { enterprise_project_id: enterpriseProjectId }: { enterprise_project_id: string }): Target => ({
  subject,
  scope: { type: 'enterprise_project', enterpriseProjectId },
});

/** The four things that can be asked of a grant, whoever's and wherever it is. */
@Injectable()
export class GrantCalls {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
    @Inject(PUBLIC_API_URL) private readonly publicApiUrl: string,
  ) {}

  async give(metadata: Metadata, target: Target, roleId: string): Promise<GrantResponse> {
    const caller = this.callerAt(metadata, target);
    await this.commands.execute(new ChangeGrants(caller, 'give', [keyOf(target, roleId)]));
    return {};
  }

  async take(metadata: Metadata, target: Target, roleId: string): Promise<GrantResponse> {
    const caller = this.callerAt(metadata, target);
    await this.commands.execute(new ChangeGrants(caller, 'take', [keyOf(target, roleId)]));
    return {};
  }

  async giveMany(metadata: Metadata, keys: readonly GrantKey[]): Promise<GrantResponse> {
    await this.commands.execute(new ChangeGrants(callerOf(this.callers.read(metadata)), 'give', keys));
    return {};
  }

  async takeMany(metadata: Metadata, keys: readonly GrantKey[]): Promise<GrantResponse> {
    await this.commands.execute(new ChangeGrants(callerOf(this.callers.read(metadata)), 'take', keys));
    return {};
  }

  async check(metadata: Metadata, target: Target, roleId: string): Promise<GrantResponse> {
    const { domainId } = this.callerAt(metadata, target);
    await this.queries.execute(new CheckGrant(domainId, keyOf(target, roleId)));
    return {};
  }

  async list(metadata: Metadata, target: Target): Promise<ListGrantedRolesResponse> {
    const { domainId } = this.callerAt(metadata, target);
    const roles = await this.queries.execute(new ListGrantedRoles(domainId, target.subject, target.scope));
    const links = { self: `${this.publicApiUrl}${listPath(domainId, target)}`, next: undefined, previous: undefined };
    return { roles: roles.map((role) => roleView(role, this.publicApiUrl)), links };
  }

  private callerAt(metadata: Metadata, { domainId }: Target): Caller {
    const caller = callerOf(this.callers.read(metadata));
    requireOwnDomain(caller, domainId ?? '');
    return caller;
  }
}

function keyOf({ subject, scope }: Target, roleId: string): GrantKey {
  return { subject, scope, roleId };
}

const COLLECTIONS = { user: 'users', group: 'groups', agency: 'agencies' } as const;

/** Where the roles of a subject in a scope are listed. */
function listPath(domainId: string, { subject, scope }: Target): string {
  const roles = `${COLLECTIONS[subject.type]}/${subject.id}/roles`;
  const version = subject.type === 'agency' ? '/v3.0' : '/v3';
  const direct = subject.type === 'agency' ? '/v3.0/OS-AGENCY' : '/v3';
  switch (scope.type) {
    case 'project':
      return `${direct}/projects/${scope.projectId}/${roles}`;
    case 'domain':
      return `${direct}/domains/${domainId}/${roles}`;
    case 'all_projects':
      return `${version}/OS-INHERIT/domains/${domainId}/${roles}/inherited_to_projects`;
    case 'enterprise_project':
      return `/v3.0/OS-PERMISSION/enterprise-projects/${scope.enterpriseProjectId}/${roles}`;
    default:
      return scope satisfies never;
  }
}
