import { conclude, prepare, type Decision, type HeldStatement, type PolicyRequest } from './evaluate.js';
import { isAbout } from './statement.js';

/** Where a grant holds. */
export type Scope =
  /** The account's global services: IAM, enterprise projects. */
  | { readonly kind: 'domain' }
  /** The services of one project. */
  | { readonly kind: 'project'; readonly id: string }
  /** The services of every project, and the global ones. */
  | { readonly kind: 'all_projects' }
  /** Whatever belongs to one enterprise project, in any project. */
  | { readonly kind: 'enterprise_project'; readonly id: string };

export interface ScopedStatement extends HeldStatement {
  readonly scope: Scope;
}

/** Where a request acts: in a project, or in the account outside of projects. */
export type Place = { readonly kind: 'project'; readonly id: string } | { readonly kind: 'domain' };

/** Which enterprise projects' resources an allowed action reaches. */
export type Reach =
  | { readonly kind: 'all' }
  /** Some were denied: all that are not listed. */
  | { readonly kind: 'all_but'; readonly ids: readonly string[] }
  | { readonly kind: 'only'; readonly ids: readonly string[] };

export interface ScopedDecision<S> extends Decision<S> {
  /** Meaningful when the decision is "allow". */
  readonly reach: Reach;
}

const NOWHERE: Reach = { kind: 'only', ids: [] };

/**
 * Decides for statements that hold in different scopes. Statements of the place decide for everything in it; those of an
 * enterprise project decide for its resources, together with the former. The action is allowed when it is allowed
 * for something, and `reach` tells for what.
 */
export function evaluateScoped<S extends ScopedStatement>(request: PolicyRequest, place: Place, statements: readonly S[]): ScopedDecision<S> {
  const { general, byProject } = relevant(request, place, statements);
  const inPlace = conclude(general);
  if (inPlace.reason === 'DENIED_BY_STATEMENT') return { ...inPlace, reach: NOWHERE };

  const decided = [...byProject].map(([id, own]) => ({ id, ...conclude([...general, ...own]) }));
  const denied = decided.filter((each) => each.decision === 'deny');
  if (inPlace.decision === 'allow') {
    return { ...inPlace, reach: denied.length === 0 ? { kind: 'all' } : { kind: 'all_but', ids: denied.map(({ id }) => id) } };
  }
  const allowed = decided.filter((each) => each.decision === 'allow');
  if (allowed.length > 0) {
    const by = allowed.flatMap((each) => each.by);
    return { decision: 'allow', reason: 'ALLOWED_BY_STATEMENT', by, reach: { kind: 'only', ids: allowed.map(({ id }) => id) } };
  }
  if (denied.length > 0) return { decision: 'deny', reason: 'DENIED_BY_STATEMENT', by: denied.flatMap((each) => each.by), reach: NOWHERE };
  return { ...inPlace, reach: NOWHERE };
}

/** Decides about a resource of one enterprise project. */
export function evaluateInEnterpriseProject<S extends ScopedStatement>(request: PolicyRequest, place: Place, enterpriseProjectId: string, statements: readonly S[]): Decision<S> {
  const { general, byProject } = relevant(request, place, statements);
  return conclude([...general, ...(byProject.get(enterpriseProjectId) ?? [])]);
}

/** The statements that are about the request: those of its place, and those of enterprise projects by their ids. */
function relevant<S extends ScopedStatement>(request: PolicyRequest, place: Place, statements: readonly S[]): { general: readonly S[]; byProject: ReadonlyMap<string, readonly S[]> } {
  const prepared = prepare(request);
  const general: S[] = [];
  const byProject = new Map<string, S[]>();
  if (prepared === undefined) return { general, byProject };
  for (const held of statements) {
    if (!isAbout(held.statement, prepared)) continue;
    const { scope } = held;
    if (scope.kind === 'enterprise_project') {
      const own = byProject.get(scope.id);
      if (own === undefined) byProject.set(scope.id, [held]);
      else own.push(held);
    } else if (holdsAt(scope, place)) {
      general.push(held);
    }
  }
  return { general, byProject };
}

function holdsAt(scope: Exclude<Scope, { kind: 'enterprise_project' }>, place: Place): boolean {
  switch (scope.kind) {
    case 'all_projects':
      return true;
    case 'domain':
      return place.kind === 'domain';
    case 'project':
      return place.kind === 'project' && place.id === scope.id;
    default:
      return scope satisfies never;
  }
}
