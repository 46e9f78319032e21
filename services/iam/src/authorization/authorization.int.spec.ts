import { AgencyServiceClient, CreateAgencyRequest } from '@windlass/contracts/iam/v1/agency_service';
import { AuthorizationServiceClient, ExplainAuthorizationRequest, ShowEffectivePolicyRequest } from '@windlass/contracts/iam/v1/authorization_service';
import { EnterpriseProjectServiceClient } from '@windlass/contracts/iam/v1/enterprise_project_service';
import { GrantServiceClient } from '@windlass/contracts/iam/v1/grant_service';
import { GroupServiceClient } from '@windlass/contracts/iam/v1/group_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { CreateCustomPolicyRequest, RoleServiceClient, UpdateCustomPolicyRequest } from '@windlass/contracts/iam/v1/role_service';
import { CreateUserRequest, UserServiceClient } from '@windlass/contracts/iam/v1/user_service';
import type { Remote } from '@windlass/grpc';
import { CUSTOM_POLICY, parsePolicy, SYSTEM_POLICY } from '@windlass/policy-engine';
import { systemRoleNamed, systemRoles } from '../role/index.js';
import { PASSWORD, REGION, RunningIam } from '../testing/running-iam.js';

const role = (name: string): string => systemRoleNamed(name)!.id;

describe('authorization', () => {
  let iam: RunningIam;
  let authorization: Remote<AuthorizationServiceClient>;
  let agencies: Remote<AgencyServiceClient>;
  let enterpriseProjects: Remote<EnterpriseProjectServiceClient>;
  let grants: Remote<GrantServiceClient>;
  let groups: Remote<GroupServiceClient>;
  let roles: Remote<RoleServiceClient>;
  let users: Remote<UserServiceClient>;
  let acme: Principal;
  let other: Principal;
  let names = 0;

  beforeAll(async () => {
    iam = await RunningIam.start();
    [authorization, agencies, enterpriseProjects] = [iam.client(AuthorizationServiceClient), iam.client(AgencyServiceClient), iam.client(EnterpriseProjectServiceClient)];
    [grants, groups, roles, users] = [iam.client(GrantServiceClient), iam.client(GroupServiceClient), iam.client(RoleServiceClient), iam.client(UserServiceClient)];
    acme = Principal.fromPartial(await iam.createAccount('acme'));
    other = Principal.fromPartial(await iam.createAccount('other'));
  });
  afterAll(() => iam?.stop());

  const newName = (): string => `name-${++names}`;

  async function newUser(): Promise<string> {
    const { user } = await users.createUser(CreateUserRequest.fromPartial({ user: { name: newName(), domain_id: acme.domain_id, password: PASSWORD } }), iam.as(acme));
    return user!.id;
  }

  /** A group with one user. */
  async function newGroup(userId: string): Promise<string> {
    const { group } = await groups.keystoneCreateGroup({ group: { name: newName(), description: '', domain_id: '' } }, iam.as(acme));
    await groups.keystoneAddUserToGroup({ group_id: group!.id, user_id: userId }, iam.as(acme));
    return group!.id;
  }

  async function newPolicy(...statements: object[]): Promise<string> {
    const request = { role: { display_name: newName(), type: 'XA', policy: { Version: '1.1', Statement: statements } } };
    return (await roles.createCustomPolicy(CreateCustomPolicyRequest.fromPartial(request), iam.as(acme))).role!.id;
  }

  async function newAgency(): Promise<string> {
    const agency = { name: newName(), domain_id: acme.domain_id, trust_domain_name: 'other', duration: 'FOREVER' };
    return (await agencies.createAgency(CreateAgencyRequest.fromPartial({ agency }), iam.as(acme))).agency!.id;
  }

  async function newEnterpriseProject(): Promise<string> {
    const { enterprise_project } = await enterpriseProjects.createEnterpriseProject({ name: newName(), description: '', type: 'prod' }, iam.as(acme));
    return enterprise_project!.id;
  }

  const inProject = (group_id: string, role_id: string) => grants.keystoneAssociateGroupWithProjectPermission({ project_id: acme.project_id, group_id, role_id }, iam.as(acme));
  const effective = (holder: Partial<ShowEffectivePolicyRequest>) => authorization.showEffectivePolicy(ShowEffectivePolicyRequest.fromPartial({ domain_id: acme.domain_id, ...holder }));
  const explain = (question: Partial<ExplainAuthorizationRequest>, as = acme) =>
    authorization.explainAuthorization(ExplainAuthorizationRequest.fromPartial({ project_id: acme.project_id, action: 'functiongraph:function:list', ...question }), iam.as(as));

  it('has roles of the system that the engine understands', () => {
    for (const { displayName, policy } of systemRoles) expect([displayName, parsePolicy(policy, { limits: SYSTEM_POLICY })]).toEqual([displayName, expect.objectContaining({ ok: true })]);
    expect(parsePolicy(systemRoleNamed('FunctionGraph ReadOnlyAccess')?.policy, { limits: CUSTOM_POLICY })).toMatchObject({ ok: true });
  });

  describe('of a principal', () => {
    it('is what is granted to the user, itself and through its groups, with where each came from', async () => {
      const user = await newUser();
      const group = await newGroup(user);
      await inProject(group, role('LTS FullAccess'));
      await grants.keystoneAssociateGroupWithDomainPermission({ domain_id: acme.domain_id, group_id: group, role_id: role('Security Administrator') }, iam.as(acme));
      await grants.updateDomainGroupInheritRole({ domain_id: acme.domain_id, group_id: group, role_id: role('FunctionGraph FullAccess') }, iam.as(acme));
      const enterpriseProject = await newEnterpriseProject();
      await grants.associateRoleToUserOnEnterpriseProject({ enterprise_project_id: enterpriseProject, user_id: user, role_id: role('FunctionGraph ReadOnlyAccess') }, iam.as(acme));

      const answer = await effective({ user_id: user });
      expect(answer).toMatchObject({ unchanged: false, account_administrator: false });
      expect(answer.enterprise_project_ids).toEqual(expect.arrayContaining(['0', enterpriseProject]));
      const held = answer.policies.map(({ policy_name, scope, subject }) => [policy_name, scope?.type, scope?.id, subject?.type]);
      expect(held.sort()).toEqual([
        ['FunctionGraph FullAccess', 'all_projects', '', 'group'],
        ['FunctionGraph ReadOnlyAccess', 'enterprise_project', enterpriseProject, 'user'],
        ['LTS FullAccess', 'project', acme.project_id, 'group'],
        ['Security Administrator', 'domain', '', 'group'],
      ]);
      const { policy, origin } = answer.policies.find(({ policy_name }) => policy_name === 'LTS FullAccess')!;
      expect(policy).toEqual(systemRoleNamed('LTS FullAccess')?.policy);
      const [event] = await iam.sql<{ event_id: string; version: number }>('SELECT event_id, version FROM iam.events WHERE stream_id = $1', [origin?.stream_id]);
      expect(event).toEqual({ event_id: origin?.event_id, version: origin?.version });
    });

    it('ends when the user leaves the group', async () => {
      const user = await newUser();
      const group = await newGroup(user);
      await inProject(group, role('LTS FullAccess'));
      expect((await effective({ user_id: user })).policies).toHaveLength(1);
      await groups.keystoneRemoveUserFromGroup({ group_id: group, user_id: user }, iam.as(acme));
      expect((await effective({ user_id: user })).policies).toEqual([]);
    });

    it('is of an agency what is granted to the agency', async () => {
      const agency = await newAgency();
      await grants.associateAgencyWithProjectPermission({ project_id: acme.project_id, agency_id: agency, role_id: role('KMS Administrator') }, iam.as(acme));
      expect((await effective({ agency_id: agency })).policies).toEqual([expect.objectContaining({ policy_name: 'KMS Administrator', subject: { type: 'agency', id: agency } })]);
    });

    it('has a version that changes with every change, and with nothing else', async () => {
      const user = await newUser();
      const policyId = await newPolicy({ Effect: 'Allow', Action: ['lts:*:get*'] });
      const versions = [(await effective({ user_id: user })).version];
      const group = await newGroup(user);
      expect((await effective({ user_id: user })).version).toBe(versions[0]);
      const changes = [
        () => inProject(group, policyId),
        () => inProject(group, role('LTS FullAccess')),
        () => {
          const changed = { role: { display_name: newName(), type: 'XA', policy: { Version: '1.1', Statement: [{ Effect: 'Deny', Action: ['lts:*:get*'] }] } } };
          return roles.updateCustomPolicy(UpdateCustomPolicyRequest.fromPartial({ role_id: policyId, ...changed }), iam.as(acme));
        },
      ];
      for (const change of changes) {
        await change();
        const { version } = await effective({ user_id: user, known_version: versions.at(-1)! });
        expect(versions).not.toContain(version);
        versions.push(version);
        await expect(effective({ user_id: user, known_version: version })).resolves.toEqual({ version, unchanged: true, account_administrator: false, policies: [], enterprise_project_ids: [] });
      }
    });

    it('says who administers the account', async () => {
      await expect(effective({ user_id: acme.user_id })).resolves.toMatchObject({ account_administrator: true, policies: [] });
    });

    it('is not there for who is not of the account', async () => {
      const missing = { kind: 'not_found', code: 'IAM.0004' };
      for (const id of [other.user_id, '0'.repeat(32), 'a\0b']) {
        await expect(effective({ user_id: id })).rejects.toMatchObject(missing);
        await expect(effective({ agency_id: id })).rejects.toMatchObject(missing);
      }
      for (const holder of [{}, { user_id: acme.user_id, agency_id: acme.user_id }]) await expect(effective(holder)).rejects.toMatchObject({ kind: 'invalid', reason: 'SUBJECT_INVALID' });
    });
  });

  describe('explained', () => {
    it('names the statements that allowed, and the events that put them into force', async () => {
      const user = await newUser();
      const statement = { Effect: 'Allow', Action: ['functiongraph:function:list*'] };
      const policyId = await newPolicy(statement);
      const group = await newGroup(user);
      await inProject(group, policyId);
      const answer = await explain({ user_id: user, resource: 'function:*' });
      expect(answer).toMatchObject({ decision: 'allow', reason: 'ALLOWED_BY_STATEMENT', resource: `functiongraph:${REGION}:${acme.domain_id}:function:*`, all_enterprise_projects: true });
      expect(answer.statements).toEqual([
        {
          policy_id: policyId,
          policy_name: expect.any(String),
          scope: { type: 'project', id: acme.project_id },
          subject: { type: 'group', id: group },
          effect: 'allow',
          statement,
        },
      ]);
      expect(answer.events.map(({ type, actor }) => [type, actor])).toEqual([
        ['CustomPolicyCreated', acme.user_id],
        ['GroupMemberAdded', acme.user_id],
        ['GrantGiven', acme.user_id],
      ]);
      for (const { event_id, stream, version, recorded_at } of answer.events) {
        const [row] = await iam.sql<{ stream_id: string; version: number; recorded_at: Date }>('SELECT stream_id, version, recorded_at FROM iam.events WHERE event_id = $1', [event_id]);
        expect(row).toEqual({ stream_id: stream, version, recorded_at: new Date(recorded_at) });
      }
    });

    it('names the statement that denies, whatever allows', async () => {
      const user = await newUser();
      const group = await newGroup(user);
      await inProject(group, role('FunctionGraph FullAccess'));
      const never = await newPolicy({ Effect: 'Deny', Action: ['functiongraph:function:delete'], Resource: ['functiongraph:*:*:function:prod/*'] });
      await inProject(group, never);
      const remove = (resource: string) => explain({ user_id: user, action: 'functiongraph:function:deleteFunction', resource });
      await expect(remove('function:prod/hello')).resolves.toMatchObject({ decision: 'deny', reason: 'DENIED_BY_STATEMENT', statements: [{ policy_id: never, effect: 'deny' }] });
      await expect(remove(`functiongraph:${REGION}:${acme.domain_id}:function:dev/hello`)).resolves.toMatchObject({ decision: 'allow', statements: [{ policy_name: 'FunctionGraph FullAccess' }] });
    });

    it('says that nothing allows', async () => {
      await expect(explain({ user_id: await newUser() })).resolves.toMatchObject({ decision: 'deny', reason: 'NO_STATEMENT_ALLOWS', statements: [], events: [] });
    });

    it('tells which enterprise projects are reached, or whether one is', async () => {
      const user = await newUser();
      const enterpriseProject = await newEnterpriseProject();
      await grants.associateRoleToUserOnEnterpriseProject({ enterprise_project_id: enterpriseProject, user_id: user, role_id: role('FunctionGraph ReadOnlyAccess') }, iam.as(acme));
      await expect(explain({ user_id: user })).resolves.toMatchObject({ decision: 'allow', all_enterprise_projects: false, enterprise_project_ids: [enterpriseProject] });
      await expect(explain({ user_id: user, enterprise_project_id: enterpriseProject })).resolves.toMatchObject({ decision: 'allow' });
      await expect(explain({ user_id: user, enterprise_project_id: '0' })).resolves.toMatchObject({ decision: 'deny', reason: 'NO_STATEMENT_ALLOWS' });
    });

    it('takes the conditions of the question into account', async () => {
      const user = await newUser();
      await inProject(await newGroup(user), await newPolicy({ Effect: 'Allow', Action: ['functiongraph:*:*'], Condition: { Bool: { 'g:MFAPresent': ['true'] } } }));
      await expect(explain({ user_id: user })).resolves.toMatchObject({ decision: 'deny' });
      await expect(explain({ user_id: user, context: { 'g:MFAPresent': 'true' } })).resolves.toMatchObject({ decision: 'allow' });
    });

    it('says of an administrator what made it one; nobody named is the caller', async () => {
      await expect(explain({})).resolves.toMatchObject({
        decision: 'allow',
        reason: 'ACCOUNT_ADMINISTRATOR',
        statements: [],
        events: [{ type: 'UserCreated', stream: `user-${acme.user_id}`, actor: 'platform' }],
      });
    });

    it('is of agencies and of global services, too', async () => {
      const agency_id = await newAgency();
      await grants.associateAgencyWithDomainPermission({ domain_id: acme.domain_id, agency_id, role_id: role('Security Administrator') }, iam.as(acme));
      await expect(explain({ agency_id, project_id: '', action: 'iam:users:listUsers' })).resolves.toMatchObject({ decision: 'allow', resource: `iam::${acme.domain_id}:*:*` });
      await expect(explain({ agency_id })).resolves.toMatchObject({ decision: 'deny' });
    });

    it('knows nobody and nothing of another account', async () => {
      const missing = { kind: 'not_found', code: 'IAM.0004' };
      await expect(explain({ user_id: other.user_id })).rejects.toMatchObject(missing);
      await expect(explain({ user_id: acme.user_id }, other)).rejects.toMatchObject(missing);
      await expect(explain({ project_id: other.project_id })).rejects.toMatchObject(missing);
      for (const enterprise_project_id of ['default', 'a\0b', await newEnterpriseProject()]) {
        await expect(explain({ enterprise_project_id, project_id: other.project_id }, other)).rejects.toMatchObject(missing);
      }
    });

    it.each(['', 'list', 'functiongraph:function', 'functiongraph:function:*', 'a:b:c:d'])('takes no action "%s"', async (action) => {
      await expect(explain({ action })).rejects.toMatchObject({ kind: 'invalid', reason: 'ACTION_INVALID' });
    });
  });
});
