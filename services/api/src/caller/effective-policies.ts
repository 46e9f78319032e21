import { AuthorizationServiceClient, type PolicyScope, type ScopedPolicy, type ShowEffectivePolicyResponse } from '@windlass/contracts/iam/v1/authorization_service';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { isWindlassError } from '@windlass/errors';
import { connect, type Remote } from '@windlass/grpc';
import { parsePolicy, SYSTEM_POLICY, type Scope, type ScopedStatement } from '@windlass/policy-engine';
import { FreshValues } from './fresh-values.js';

/** What is granted to one principal, ready to decide with. */
export interface EffectivePolicy {
  readonly statements: readonly ScopedStatement[];
  /** All enterprise projects of the account, when a statement is scoped to one. */
  readonly enterpriseProjectIds: readonly string[];
}

interface Versioned extends EffectivePolicy {
  readonly version: string;
}

// A change of grants is in force at the edge within a second; a principal that calls often does not wait for that.
const FRESHNESS = { maxAgeMs: 1000, refreshAfterMs: 500, capacity: 5000 };
const DEADLINE_MS = 5000;
const NOTHING: Versioned = { version: '', statements: [], enterpriseProjectIds: [] };

/** What iam says is granted, remembered for a second at most. */
export class EffectivePolicies {
  private readonly iam: Remote<AuthorizationServiceClient>;
  private readonly values = new FreshValues<Versioned>((key, previous) => this.load(key, previous), FRESHNESS);

  constructor(address: string) {
    this.iam = connect(AuthorizationServiceClient, address);
  }

  /** Of whoever acts: through an agency that is the agency. */
  of({ domain_id: domainId, user_id: userId, agency_id: agencyId }: Principal): Promise<EffectivePolicy> {
    return this.values.get(JSON.stringify(agencyId === '' ? [domainId, userId, ''] : [domainId, '', agencyId]));
  }

  close(): void {
    this.iam.close();
  }

  private async load(key: string, previous: Versioned | undefined): Promise<Versioned> {
    const [domain_id, user_id, agency_id] = JSON.parse(key) as [string, string, string];
    try {
      const answer = await this.iam.showEffectivePolicy({ domain_id, user_id, agency_id, known_version: previous?.version ?? '' }, { deadlineMs: DEADLINE_MS });
      return answer.unchanged && previous !== undefined ? previous : compile(answer);
    } catch (error) {
      // Deleted a moment ago, its credential still remembered somewhere: nothing is granted to it any more.
      if (isWindlassError(error) && error.kind === 'not_found') return NOTHING;
      throw error;
    }
  }
}

function compile({ version, policies, enterprise_project_ids: enterpriseProjectIds }: ShowEffectivePolicyResponse): Versioned {
  return { version, enterpriseProjectIds, statements: policies.flatMap(statementsOf) };
}

/** One policy that cannot be read refuses the principal everything: it might be the one that denies. */
function statementsOf({ policy_id: id, policy, scope }: ScopedPolicy): readonly ScopedStatement[] {
  const parsed = parsePolicy(policy, { limits: SYSTEM_POLICY });
  if (!parsed.ok) throw new Error(`the policy ${id} of iam cannot be read: ${parsed.problem.message}`);
  const where = scopeOf(scope);
  return parsed.policy.statements.map((statement) => ({ statement, scope: where }));
}

function scopeOf(scope: PolicyScope | undefined): Scope {
  const { type = '', id = '' } = scope ?? {};
  switch (type) {
    case 'project':
    case 'enterprise_project':
      return { kind: type, id };
    case 'domain':
    case 'all_projects':
      return { kind: type };
    default:
      throw new Error(`iam scopes a policy to "${type}", which the edge does not know`);
  }
}
