import { parsePolicy, SYSTEM_POLICY, type Scope, type ScopedStatement } from '@windlass/policy-engine';
import { scopeId, type Grant, type GrantScope } from '../grant/index.js';

/** One statement of a granted policy. */
export interface GrantedStatement extends ScopedStatement {
  readonly grant: Grant;
}

/** The statements of grants, ready to decide. Only policies that were found good are granted, so one that is not is a defect. */
export function statementsOf(grants: readonly Grant[]): readonly GrantedStatement[] {
  return grants.flatMap((grant) => {
    const parsed = parsePolicy(grant.policy, { limits: SYSTEM_POLICY });
    if (!parsed.ok) throw new Error(`the granted policy ${grant.roleId} cannot be read: ${parsed.problem.message}`);
    const scope = scopeOfGrant(grant.scope);
    return parsed.policy.statements.map((statement) => ({ statement, scope, grant }));
  });
}

function scopeOfGrant(scope: GrantScope): Scope {
  switch (scope.type) {
    case 'project':
    case 'enterprise_project':
      return { kind: scope.type, id: scopeId(scope) };
    case 'domain':
    case 'all_projects':
      return { kind: scope.type };
    default:
      return scope satisfies never;
  }
}
