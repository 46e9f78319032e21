import { call } from './public-calls.js';
import type { FurnishedTenant } from './furnished-tenant.js';
import { operationNamed } from './public-operations.js';
import { sampleRequest } from './sample-requests.js';

// What lists a tenant's things, whole or one by one.
const LISTS = [
  'ListFunctions', 'ShowFunctionConfig', 'ShowFunctionCode', 'ListFunctionVersions', 'ListVersionAliases', 'ListFunctionTags', 'ShowProjectTagsList', 'ListEvents', 'ListFunctionTriggers', 'ListQuotas', 'ListDependencies',
  'ListLogGroups', 'ListLogStreams',
  'ListKeys', 'DescribeKey', 'ShowKmsTags', 'ListKmsTags', 'ListKmsByTags', 'ListGrants', 'ListRetirableGrants',
  'KeystoneListUsers', 'KeystoneListGroups', 'KeystoneListUsersForGroupByAdmin', 'ListCustomPolicies', 'ListAgencies', 'ListPermanentAccessKeys',
  'ListProjects', 'ListEnterpriseProject', 'ShowDomainRoleAssignments', 'ListAuditEvents',
];
// Differs from look to look: a link is signed for the moment it is asked for.
const MOMENTARY = /"link":"[^"]*"|"last_login_time":[^,}]*|"last_use_time":[^,}]*/g;

/** Everything a tenant has, as text to compare. */
export async function everythingOf(tenant: FurnishedTenant): Promise<string> {
  const parts: string[] = [];
  for (const name of LISTS) {
    const operation = operationNamed(name);
    const answer = await call('REST', operation, sampleRequest(operation, tenant.ids), tenant.administrator);
    if (answer.outcome !== 'ok') throw new Error(`${name} was refused: ${answer.status} ${answer.text}`);
    parts.push(`${name} ${answer.text.replaceAll(MOMENTARY, '')}`);
  }
  return parts.join('\n');
}
