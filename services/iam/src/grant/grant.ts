import type { PolicyDocument } from '../role/index.js';

/** Who is granted a role. */
export interface GrantSubject {
  readonly type: 'user' | 'group' | 'agency';
  readonly id: string;
}

/** Where a granted role holds: one project, the account's global services, every project of now and later, or one enterprise project. */
export type GrantScope =
  | { readonly type: 'project'; readonly projectId: string }
  | { readonly type: 'domain' }
  | { readonly type: 'all_projects' }
  | { readonly type: 'enterprise_project'; readonly enterpriseProjectId: string };

/** One subject has one role in one scope. */
export interface GrantKey {
  readonly subject: GrantSubject;
  readonly scope: GrantScope;
  readonly roleId: string;
}

/** A grant that holds, with what it allows and the event that made it so. */
export interface Grant extends GrantKey {
  /** Of the role: what people call it. */
  readonly roleName: string;
  readonly policy: PolicyDocument;
  readonly origin: { readonly eventId: string; readonly streamId: string; readonly version: number };
}

/** Id of what the scope names; empty for a scope that the account alone determines. */
export function scopeId(scope: GrantScope): string {
  switch (scope.type) {
    case 'project':
      return scope.projectId;
    case 'enterprise_project':
      return scope.enterpriseProjectId;
    case 'domain':
    case 'all_projects':
      return '';
    default:
      return scope satisfies never;
  }
}

/** The scope that `scopeId` and its type came from. */
export function scopeOf(type: GrantScope['type'], id: string): GrantScope {
  switch (type) {
    case 'project':
      return { type, projectId: id };
    case 'enterprise_project':
      return { type, enterpriseProjectId: id };
    case 'domain':
    case 'all_projects':
      return { type };
    default:
      return type satisfies never;
  }
}
