import { evaluate, parsePolicy, parseResourceName, SYSTEM_POLICY, type ResourceName } from '@windlass/policy-engine';
import { systemRole, systemRoleNamed, systemRoles } from './index.js';

/** Whether a role by itself allows an action on everything. */
function allows(displayName: string, action: string): boolean {
  const parsed = parsePolicy(systemRoleNamed(displayName)?.policy, { limits: SYSTEM_POLICY });
  if (!parsed.ok) throw new Error(`${displayName}: ${parsed.problem.message}`);
  const resource = parseResourceName(`${action.split(':')[0]}:local-1:d1:thing:one`) as ResourceName;
  return evaluate({ action, resource, context: {} }, parsed.policy.statements.map((statement) => ({ statement }))).decision === 'allow';
}

describe('the roles of the system', () => {
  it('have ids, names and display names of their own', () => {
    for (const property of ['id', 'name', 'displayName'] as const) expect(new Set(systemRoles.map((role) => role[property])).size).toBe(systemRoles.length);
    for (const { id } of systemRoles) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keep their ids for ever: configurations name them', () => {
    expect(systemRoleNamed('Tenant Administrator')?.id).toBe('b9bb3a7cdc34bf989915c8407ddbd210');
    expect(systemRoleNamed('FunctionGraph FullAccess')?.id).toBe('6d48e27ccf5e2b40c31d03c68f23c964');
    expect(systemRole('b9bb3a7cdc34bf989915c8407ddbd210')?.name).toBe('te_admin');
  });

  it.each(systemRoles.map((role) => [role.displayName, role] as const))('%s has a policy in the grammar, and depends on roles that exist', (_, { policy, kind }) => {
    expect(parsePolicy(policy, { limits: SYSTEM_POLICY })).toMatchObject({ ok: true });
    const { Version, Depends = [] } = policy as { Version: string; Depends?: { display_name: string }[] };
    expect(Version).toBe(kind === 'role' ? '1.0' : '1.1');
    for (const { display_name: name } of Depends) expect(systemRoleNamed(name)).toBeDefined();
  });

  it.each([
    ['FunctionGraph FullAccess', 'FunctionGraph ReadOnlyAccess', 'FunctionGraph CommonOperations', 'FunctionGraph Administrator', 'FunctionGraph Invoker'],
    ['LTS FullAccess', 'LTS ReadOnlyAccess', 'LTS Administrator', 'KMS Administrator', 'APIG FullAccess', 'APIG ReadOnlyAccess', 'APIG Administrator'],
    ['VPC Administrator', 'VPC FullAccess', 'VPC ReadOnlyAccess'],
    ['Security Administrator', 'Agent Operator', 'Tenant Administrator', 'Tenant Guest', 'Server Administrator'],
    ['CCE Administrator', 'Anti-DDoS Administrator', 'CCE ReadOnlyAccess', 'RDS Administrator', 'RDS ReadOnlyAccess', 'SMN Administrator', 'OBS Administrator', 'VPCEndpoint Administrator'],
  ])('that clients look for by name are there: %s …', (...names) => {
    for (const name of names) expect(systemRoleNamed(name)?.displayName).toBe(name);
  });

  it.each([
    ['FunctionGraph FullAccess', 'functiongraph:function:createFunction', true],
    ['FunctionGraph FullAccess', 'kms:cmk:list', false],
    ['FunctionGraph ReadOnlyAccess', 'functiongraph:function:getFunctionConfig', true],
    ['FunctionGraph ReadOnlyAccess', 'functiongraph:function:listFunctions', true],
    ['FunctionGraph ReadOnlyAccess', 'functiongraph:trigger:list', true],
    ['FunctionGraph ReadOnlyAccess', 'lts:logs:list', true],
    ['FunctionGraph ReadOnlyAccess', 'functiongraph:function:invoke', false],
    ['FunctionGraph ReadOnlyAccess', 'functiongraph:function:updateFunctionConfig', false],
    ['FunctionGraph CommonOperations', 'functiongraph:function:invoke', true],
    ['FunctionGraph CommonOperations', 'functiongraph:function:invokeAsync', true],
    ['FunctionGraph CommonOperations', 'functiongraph:function:createFunction', false],
    ['FunctionGraph CommonOperations', 'functiongraph:trigger:delete', false],
    ['FunctionGraph Invoker', 'functiongraph:function:invoke', true],
    ['FunctionGraph Invoker', 'functiongraph:function:deleteFunction', false],
    ['FunctionGraph Administrator', 'functiongraph:trigger:create', true],
    ['LTS ReadOnlyAccess', 'lts:groups:list', true],
    ['LTS ReadOnlyAccess', 'lts:groups:create', false],
    ['KMS Administrator', 'kms:dek:decrypt', true],
    ['KMS CMKReadOnlyAccess', 'kms:cmk:get', true],
    ['KMS CMKReadOnlyAccess', 'kms:cmk:getMaterial', false],
    ['Tenant Administrator', 'functiongraph:function:createFunction', true],
    ['Tenant Administrator', 'iam:users:createUser', false],
    ['Tenant Administrator', 'windlass:accounts:suspend', false],
    ['Tenant Guest', 'kms:cmk:list', true],
    ['Tenant Guest', 'kms:cmk:create', false],
    ['Tenant Guest', 'iam:users:listUsers', false],
    ['Security Administrator', 'iam:permissions:grantRoleToGroupOnProject', true],
    ['Security Administrator', 'functiongraph:function:listFunctions', false],
    ['IAM ReadOnlyAccess', 'iam:permissions:checkRoleForGroupOnProject', true],
    ['IAM ReadOnlyAccess', 'iam:roles:createRole', false],
    ['CTS ReadOnlyAccess', 'cts:trace:list', true],
    ['CTS ReadOnlyAccess', 'cts:trace:export', false],
    ['Tenant Guest', 'cts:trace:list', false],
    ['CCE Administrator', 'functiongraph:function:listFunctions', false],
  ])('%s: %s is allowed: %j', (displayName, action, allowed) => {
    expect(allows(displayName, action)).toBe(allowed);
  });
});
