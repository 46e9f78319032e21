import { Principal } from '@windlass/contracts/iam/v1/principal';
import { CUSTOM_POLICY, parsePolicy, type Scope } from '@windlass/policy-engine';
import { authorize, type AccessRequest, type Decision } from './authorize.js';
import type { EffectivePolicy } from './effective-policies.js';

const inProject: AccessRequest = { access: 'project', action: 'lts:groups:create', resource: 'group:*', projectId: 'p1', domainId: '' };
const inDomain: AccessRequest = { access: 'domain', action: 'iam:users:getUser', resource: 'user/u9', projectId: '', domainId: '' };
const user = Principal.fromPartial({ domain_id: 'd1', user_id: 'u1', user_name: 'ann', project_id: 'p1', project_name: 'local-1' });
const administrator = { ...user, roles: ['te_admin'] };
const ALLOWED: Decision = { allowed: true, enterpriseProjects: 'all' };

type Rule = readonly [effect: 'Allow' | 'Deny', action: string, scope: Scope];
const PROJECT: Scope = { kind: 'project', id: 'p1' };
const within = (id: string): Scope => ({ kind: 'enterprise_project', id });

function policy(...rules: Rule[]): EffectivePolicy {
  const statements = rules.map(([effect, action, scope]) => {
    const parsed = parsePolicy({ Version: '1.1', Statement: [{ Effect: effect, Action: [action] }] }, { limits: CUSTOM_POLICY });
    if (!parsed.ok) throw new Error(parsed.problem.message);
    return { statement: parsed.policy.statements[0]!, scope };
  });
  return { statements, enterpriseProjectIds: ['0', 'e1', 'e2'] };
}

const decide = (principal: Principal, request: AccessRequest, held = policy()) => authorize(principal, request, () => Promise.resolve(held), new Date());
const unasked = (principal: Principal, request: AccessRequest) => authorize(principal, request, () => Promise.reject(new Error('policies were asked for')), new Date());

describe('authorization', () => {
  it('allows an administrator everything in its own project and account, whatever the policies', async () => {
    await expect(unasked(administrator, inProject)).resolves.toEqual(ALLOWED);
    await expect(unasked(administrator, { ...inDomain, domainId: 'd1' })).resolves.toEqual(ALLOWED);
    await expect(unasked({ ...administrator, project_id: '', project_name: '' }, inDomain)).resolves.toEqual(ALLOWED);
  });

  it.each(['p2', ''])('refuses a credential of project "%s" in another, whoever has it', async (project_id) => {
    for (const principal of [administrator, user]) {
      await expect(unasked({ ...principal, project_id }, inProject)).resolves.toMatchObject({ allowed: false, reason: 'FOREIGN_PROJECT' });
      await expect(unasked({ ...principal, project_id: '' }, { ...inProject, projectId: '' })).resolves.toMatchObject({ allowed: false });
    }
  });

  it('refuses a request about another account', async () => {
    await expect(unasked(administrator, { ...inDomain, domainId: 'd2' })).resolves.toMatchObject({ allowed: false, reason: 'FOREIGN_DOMAIN' });
  });

  it('allows others what is granted to them, where it is granted', async () => {
    await expect(decide(user, inProject, policy(['Allow', 'lts:*:*', PROJECT]))).resolves.toEqual(ALLOWED);
    await expect(decide(user, inProject, policy(['Allow', 'lts:*:*', { kind: 'domain' }]))).resolves.toMatchObject({ allowed: false });
    await expect(decide(user, inDomain, policy(['Allow', 'iam:*:get*', { kind: 'domain' }]))).resolves.toEqual(ALLOWED);
    await expect(decide(user, inDomain, policy(['Allow', 'iam:*:get*', PROJECT]))).resolves.toMatchObject({ allowed: false });
  });

  it('names action and resource when it refuses', async () => {
    const message = (action: string, resource: string) => ({ allowed: false, reason: 'ACTION_DENIED', message: `Policy doesn't allow ${action} to be performed on ${resource}.`, grantsMayAllow: true });
    await expect(decide(user, inProject)).resolves.toEqual(message('lts:groups:create', 'lts:local-1:d1:group:*'));
    await expect(decide({ ...user, roles: ['TE_ADMIN'] }, inDomain)).resolves.toEqual(message('iam:users:getUser', 'iam::d1:user:u9'));
  });

  it('leaves what no policy allows to what the resource itself grants, and never what a policy denies', async () => {
    await expect(decide(user, inProject, policy(['Allow', 'kms:*:*', PROJECT]))).resolves.toMatchObject({ allowed: false, grantsMayAllow: true });
    for (const scope of [PROJECT, within('e1')]) {
      const denied = await decide(user, inProject, policy(['Deny', 'lts:*:*', scope]));
      expect(denied).toMatchObject({ allowed: false, reason: 'ACTION_DENIED' });
      expect(denied).not.toHaveProperty('grantsMayAllow');
    }
    await expect(decide({ ...user, project_id: 'p2' }, inProject)).resolves.not.toHaveProperty('grantsMayAllow');
  });

  it('tells which enterprise projects an allowed action reaches', async () => {
    const reached = (...rules: Rule[]) => decide(user, inProject, policy(...rules));
    await expect(reached(['Allow', 'lts:*:*', within('e1')], ['Allow', 'lts:*:*', within('e2')], ['Allow', 'kms:*:*', within('0')])).resolves.toEqual({ allowed: true, enterpriseProjects: ['e1', 'e2'] });
    await expect(reached(['Allow', 'lts:*:*', PROJECT], ['Deny', 'lts:*:*', within('e1')])).resolves.toEqual({ allowed: true, enterpriseProjects: ['0', 'e2'] });
    await expect(reached(['Allow', 'lts:*:*', PROJECT], ...['0', 'e1', 'e2'].map((id): Rule => ['Deny', 'lts:*:*', within(id)]))).resolves.toMatchObject({ reason: 'ACTION_DENIED' });
    await expect(reached(['Allow', 'lts:*:*', within('e1')], ['Deny', 'lts:*:*', PROJECT])).resolves.toMatchObject({ reason: 'ACTION_DENIED' });
  });

  it('gives who acts through an agency the grants of the agency, not the roles of the user', async () => {
    const agency = { ...administrator, roles: ['te_admin', 'op_admin'], agency_id: 'a1', agency_name: 'runner' };
    await expect(decide(agency, inProject)).resolves.toMatchObject({ reason: 'ACTION_DENIED' });
    await expect(decide(agency, { ...inProject, access: 'operator' })).resolves.toMatchObject({ reason: 'ACTION_DENIED' });
    await expect(decide(agency, inProject, policy(['Allow', 'lts:*:*', PROJECT]))).resolves.toEqual(ALLOWED);
  });

  it('lets only operators operate the platform', async () => {
    const request: AccessRequest = { ...inDomain, access: 'operator', action: 'windlass:accounts:suspend', resource: 'account:d2', domainId: 'd2' };
    await expect(unasked({ ...user, roles: ['op_admin'] }, request)).resolves.toEqual(ALLOWED);
    await expect(decide(administrator, request, policy(['Allow', '*:*:*', { kind: 'all_projects' }]))).resolves.toMatchObject({ reason: 'ACTION_DENIED' });
  });

  it('asks for nothing more where any credential will do', async () => {
    for (const access of ['authenticated', 'anonymous'] as const) await expect(unasked(user, { ...inProject, access, projectId: 'p9' })).resolves.toEqual(ALLOWED);
  });
});
