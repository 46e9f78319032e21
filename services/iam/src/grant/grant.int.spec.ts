import { GrantServiceClient, ShowDomainRoleAssignmentsRequest } from '@windlass/contracts/iam/v1/grant_service';
import { GroupServiceClient } from '@windlass/contracts/iam/v1/group_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { CreateCustomPolicyRequest, RoleServiceClient } from '@windlass/contracts/iam/v1/role_service';
import type { Remote } from '@windlass/grpc';
import { openDatabase } from '../database/open-database.js';
import { rebuildReadModels } from '../database/rebuild-read-models.js';
import { systemRoleNamed } from '../role/index.js';
import { RunningIam } from '../testing/running-iam.js';
import { openEvents } from '../stored-events.js';
import { grantsFor } from './index.js';

const FULL_ACCESS = systemRoleNamed('FunctionGraph FullAccess')?.id ?? '';
const READ_ONLY = systemRoleNamed('FunctionGraph ReadOnlyAccess')?.id ?? '';
const NOBODY = '0'.repeat(32);

describe('grants', () => {
  let iam: RunningIam;
  let grants: Remote<GrantServiceClient>;
  let groups: Remote<GroupServiceClient>;
  let roles: Remote<RoleServiceClient>;
  let acme: Principal;
  let other: Principal;

  beforeAll(async () => {
    iam = await RunningIam.start();
    grants = iam.client(GrantServiceClient);
    groups = iam.client(GroupServiceClient);
    roles = iam.client(RoleServiceClient);
    acme = Principal.fromPartial(await iam.createAccount('acme'));
    other = Principal.fromPartial(await iam.createAccount('other'));
  });
  afterAll(() => iam?.stop());

  const newGroup = async (name: string, as = acme): Promise<string> => {
    const created = await groups.keystoneCreateGroup({ group: { name, description: '', domain_id: '' } }, iam.as(as));
    return created.group?.id ?? '';
  };
  const newPolicy = async (display_name: string): Promise<string> => {
    const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list*'] }] };
    const created = await roles.createCustomPolicy(CreateCustomPolicyRequest.fromPartial({ role: { display_name, type: 'XA', policy } }), iam.as(acme));
    return created.role?.id ?? '';
  };
  const inProject = (group_id: string, role_id = FULL_ACCESS) => ({ project_id: acme.project_id, group_id, role_id });
  const inDomain = (group_id: string, role_id = FULL_ACCESS) => ({ domain_id: acme.domain_id, group_id, role_id });
  const give = (group_id: string, role_id = FULL_ACCESS) => grants.keystoneAssociateGroupWithProjectPermission(inProject(group_id, role_id), iam.as(acme));
  const namesIn = async (answer: Promise<{ roles: { display_name: string }[] }>) => (await answer).roles.map((role) => role.display_name);
  const search = (filter: Partial<ShowDomainRoleAssignmentsRequest>, as = acme) =>
    grants.showDomainRoleAssignments(ShowDomainRoleAssignmentsRequest.fromPartial({ domain_id: as.domain_id, ...filter }), iam.as(as));

  it('hold from when they are given until they are taken, and only where they were given', async () => {
    const group = await newGroup('in-project');
    await give(group);
    await expect(grants.keystoneCheckProjectPermissionForGroup(inProject(group), iam.as(acme))).resolves.toEqual({});
    await expect(grants.keystoneCheckDomainPermissionForGroup(inDomain(group), iam.as(acme))).rejects.toMatchObject({ kind: 'not_found', code: 'IAM.0004' });
    await expect(grants.keystoneCheckroleForGroup(inDomain(group), iam.as(acme))).rejects.toMatchObject({ reason: 'GRANT_UNKNOWN' });
    expect(await namesIn(grants.keystoneListProjectPermissionsForGroup(inProject(group), iam.as(acme)))).toEqual(['FunctionGraph FullAccess']);
    expect(await namesIn(grants.keystoneListDomainPermissionsForGroup(inDomain(group), iam.as(acme)))).toEqual([]);

    await grants.keystoneRemoveProjectPermissionFromGroup(inProject(group), iam.as(acme));
    await expect(grants.keystoneCheckProjectPermissionForGroup(inProject(group), iam.as(acme))).rejects.toMatchObject({ reason: 'GRANT_UNKNOWN' });
  });

  it('of each scope are kept apart', async () => {
    const group = await newGroup('everywhere');
    await grants.keystoneAssociateGroupWithDomainPermission(inDomain(group, READ_ONLY), iam.as(acme));
    await grants.updateDomainGroupInheritRole(inDomain(group), iam.as(acme));
    const enterprise = { enterprise_project_id: '0', group_id: group, role_id: READ_ONLY };
    await grants.associateRoleToGroupOnEnterpriseProject(enterprise, iam.as(acme));
    expect(await namesIn(grants.keystoneListDomainPermissionsForGroup(inDomain(group), iam.as(acme)))).toEqual(['FunctionGraph ReadOnlyAccess']);
    expect(await namesIn(grants.keystoneListAllProjectPermissionsForGroup(inDomain(group), iam.as(acme)))).toEqual(['FunctionGraph FullAccess']);
    expect(await namesIn(grants.listRolesForGroupOnEnterpriseProject(enterprise, iam.as(acme)))).toEqual(['FunctionGraph ReadOnlyAccess']);
    await grants.deleteDomainGroupInheritedRole(inDomain(group), iam.as(acme));
    await grants.revokeRoleFromGroupOnEnterpriseProject(enterprise, iam.as(acme));
    expect((await search({ subject_group_id: group })).role_assignments).toEqual([
      expect.objectContaining({ group: { id: group }, role: { id: READ_ONLY }, scope: { domain: { id: acme.domain_id } }, is_inherited: false }),
    ]);
  });

  it('are listed with the address of the list', async () => {
    const group = await newGroup('addressed');
    const lists = [
      [grants.keystoneListProjectPermissionsForGroup(inProject(group), iam.as(acme)), `/v3/projects/${acme.project_id}/groups/${group}/roles`],
      [grants.keystoneListDomainPermissionsForGroup(inDomain(group), iam.as(acme)), `/v3/domains/${acme.domain_id}/groups/${group}/roles`],
      [
        grants.keystoneListAllProjectPermissionsForGroup(inDomain(group), iam.as(acme)),
        `/v3/OS-INHERIT/domains/${acme.domain_id}/groups/${group}/roles/inherited_to_projects`,
      ],
      [
        grants.listRolesForUserOnEnterpriseProject({ enterprise_project_id: '0', user_id: acme.user_id }, iam.as(acme)),
        `/v3.0/OS-PERMISSION/enterprise-projects/0/users/${acme.user_id}/roles`,
      ],
    ] as const;
    for (const [list, path] of lists) expect((await list).links?.self).toBe(`http://127.0.0.1:7400${path}`);
  });

  it('of users are given in enterprise projects', async () => {
    const there = { enterprise_project_id: '0', user_id: acme.user_id, role_id: READ_ONLY };
    await grants.associateRoleToUserOnEnterpriseProject(there, iam.as(acme));
    expect(await namesIn(grants.listRolesForUserOnEnterpriseProject(there, iam.as(acme)))).toEqual(['FunctionGraph ReadOnlyAccess']);
    await grants.revokeRoleFromUserOnEnterpriseProject(there, iam.as(acme));
    expect(await namesIn(grants.listRolesForUserOnEnterpriseProject(there, iam.as(acme)))).toEqual([]);
  });

  it('in an enterprise project are found from both ends', async () => {
    const group = await newGroup('found');
    await grants.associateRoleToGroupOnEnterpriseProject({ enterprise_project_id: '0', group_id: group, role_id: READ_ONLY }, iam.as(acme));
    for (const role_id of [READ_ONLY, FULL_ACCESS]) {
      await grants.associateRoleToUserOnEnterpriseProject({ enterprise_project_id: '0', user_id: acme.user_id, role_id }, iam.as(acme));
    }
    const place = { enterprise_project_id: '0' };
    await expect(grants.listGroupsForEnterpriseProject(place, iam.as(acme))).resolves.toEqual({
      groups: [{ id: group, name: 'found', description: '', domainId: acme.domain_id, createTime: expect.any(Number) }],
    });
    await expect(grants.listUsersForEnterpriseProject(place, iam.as(acme))).resolves.toEqual({
      users: [
        { id: acme.user_id, name: 'ann', domain_id: acme.domain_id, description: '', enabled: true, policy_num: 2, lastest_policy_time: expect.any(Number) },
      ],
    });
    const everywhere = { enterprise_projects: [{ projectId: '0' }] };
    await expect(grants.listEnterpriseProjectsForGroup({ group_id: group }, iam.as(acme))).resolves.toEqual(everywhere);
    await expect(grants.listEnterpriseProjectsForUser({ user_id: acme.user_id }, iam.as(acme))).resolves.toEqual(everywhere);

    await expect(grants.listGroupsForEnterpriseProject(place, iam.as(other))).resolves.toEqual({ groups: [] });
    await expect(grants.listEnterpriseProjectsForGroup({ group_id: group }, iam.as(other))).rejects.toMatchObject({ kind: 'not_found' });
    await expect(grants.listEnterpriseProjectsForUser({ user_id: NOBODY }, iam.as(acme))).rejects.toMatchObject({ kind: 'not_found' });
    await expect(grants.listUsersForEnterpriseProject({ enterprise_project_id: NOBODY }, iam.as(acme))).rejects.toMatchObject({ kind: 'not_found' });
    await groups.keystoneDeleteGroup({ group_id: group }, iam.as(acme));
    for (const role_id of [READ_ONLY, FULL_ACCESS]) {
      await grants.revokeRoleFromUserOnEnterpriseProject({ enterprise_project_id: '0', user_id: acme.user_id, role_id }, iam.as(acme));
    }
  });

  it('given twice are one, and taken twice are none, in as many events as there were changes', async () => {
    const group = await newGroup('twice');
    await Promise.all([give(group), give(group), give(group)]);
    expect((await search({ subject_group_id: group })).total_num).toBe(1);
    await grants.keystoneRemoveProjectPermissionFromGroup(inProject(group), iam.as(acme));
    await grants.keystoneRemoveProjectPermissionFromGroup(inProject(group), iam.as(acme));
    const events = await iam.sql<{ type: string }>(`SELECT type FROM iam.events WHERE stream_id LIKE 'grant-%' AND stream_id LIKE $1 ORDER BY version`, [`%${group}%`]);
    expect(events.map(({ type }) => type)).toEqual(['GrantGiven', 'GrantTaken']);
  });

  it('are given side by side to one group', async () => {
    const group = await newGroup('side-by-side');
    const ids = ['FunctionGraph Invoker', 'LTS FullAccess', 'KMS Administrator', 'VPC Administrator', 'APIG FullAccess'].map((name) => systemRoleNamed(name)?.id ?? '');
    await Promise.all(ids.map((id) => give(group, id)));
    expect((await search({ subject_group_id: group })).total_num).toBe(ids.length);
  });

  it('name a subject, a role and a place of the own account only', async () => {
    const group = await newGroup('own');
    const foreign = await newGroup('foreign', other);
    const refused = { kind: 'not_found', code: 'IAM.0004' };
    for (const id of [NOBODY, foreign, 'x', 'a\0b', "' OR 1=1 --"]) {
      await expect(give(id)).rejects.toMatchObject(refused);
      await expect(give(group, id)).rejects.toMatchObject(refused);
      await expect(grants.keystoneAssociateGroupWithProjectPermission({ ...inProject(group), project_id: id }, iam.as(acme))).rejects.toMatchObject(refused);
      await expect(grants.keystoneAssociateGroupWithDomainPermission({ ...inDomain(group), domain_id: id }, iam.as(acme))).rejects.toMatchObject(refused);
      await expect(grants.keystoneListProjectPermissionsForGroup({ project_id: acme.project_id, group_id: id }, iam.as(acme))).rejects.toMatchObject(refused);
      const enterprise = { enterprise_project_id: id, group_id: group, role_id: READ_ONLY };
      await expect(grants.associateRoleToGroupOnEnterpriseProject(enterprise, iam.as(acme))).rejects.toMatchObject(refused);
      await expect(grants.associateAgencyWithProjectPermission({ project_id: acme.project_id, agency_id: id, role_id: READ_ONLY }, iam.as(acme))).rejects.toMatchObject(refused);
      await expect(grants.associateRoleToUserOnEnterpriseProject({ enterprise_project_id: '0', user_id: id, role_id: READ_ONLY }, iam.as(acme))).rejects.toMatchObject(refused);
    }
    const elsewhere = { ...inProject(group), project_id: other.project_id };
    await expect(grants.keystoneAssociateGroupWithProjectPermission(elsewhere, iam.as(acme))).rejects.toMatchObject(refused);
    await expect(grants.keystoneAssociateGroupWithDomainPermission({ ...inDomain(group), domain_id: other.domain_id }, iam.as(acme))).rejects.toMatchObject(refused);
    await expect(search({ domain_id: other.domain_id })).rejects.toMatchObject(refused);
    expect((await search({ subject_group_id: group })).total_num).toBe(0);
  });

  it('keep a custom policy from being deleted, and are counted where it is shown', async () => {
    const group = await newGroup('referring');
    const policy = await newPolicy('Referred');
    await give(group, policy);
    await expect(roles.showCustomPolicy({ role_id: policy }, iam.as(acme))).resolves.toMatchObject({ role: { references: 1 } });
    await expect(roles.deleteCustomPolicy({ role_id: policy }, iam.as(acme))).rejects.toMatchObject({ kind: 'conflict', reason: 'CUSTOM_POLICY_IN_USE' });
    await grants.keystoneRemoveProjectPermissionFromGroup(inProject(group, policy), iam.as(acme));
    await roles.deleteCustomPolicy({ role_id: policy }, iam.as(acme));
  });

  it('of a policy that is deleted at the same time either keep it or fail, never dangle', async () => {
    const group = await newGroup('racing');
    for (let round = 0; round < 5; round++) {
      const policy = await newPolicy(`Racing ${round}`);
      const [given, deleted] = await Promise.allSettled([give(group, policy), roles.deleteCustomPolicy({ role_id: policy }, iam.as(acme))]);
      expect([given.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected']);
      expect((await search({ role_id: policy })).total_num).toBe(given.status === 'fulfilled' ? 1 : 0);
    }
  });

  it('go with the group that had them', async () => {
    const group = await newGroup('leaving');
    await give(group);
    await give(group, READ_ONLY);
    await groups.keystoneDeleteGroup({ group_id: group }, iam.as(acme));
    expect((await search({ subject_group_id: group })).total_num).toBe(0);
    const events = await iam.sql<{ type: string }>(`SELECT type FROM iam.events WHERE type LIKE 'Grant%' AND stream_id LIKE $1 ORDER BY type`, [`%${group}%`]);
    expect(events.map(({ type }) => type)).toEqual(['GrantGiven', 'GrantGiven', 'GrantTaken', 'GrantTaken']);
  });

  it('of agencies in enterprise projects are given all or none', async () => {
    const request = { role_assignments: [{ agency_id: NOBODY, enterprise_project_id: '0', role_id: READ_ONLY }] };
    await expect(grants.associateRoleToAgencyOnEnterpriseProject(request, iam.as(acme))).rejects.toMatchObject({ kind: 'not_found', reason: 'AGENCY_UNKNOWN' });
    for (const role_assignments of [[], Array(101).fill(request.role_assignments[0])]) {
      await expect(grants.associateRoleToAgencyOnEnterpriseProject({ role_assignments }, iam.as(acme))).rejects.toMatchObject({ kind: 'invalid', reason: 'GRANT_COUNT' });
    }
  });

  it('to one group are as many as the limit says, and the one above it is refused', async () => {
    const group = await newGroup('full');
    await iam.sql(
      `INSERT INTO iam.grants SELECT $1, 'group', $2, 'project', md5('p' || n), $3, gen_random_uuid(), 's', 1, now() FROM generate_series(1, 199) AS n`,
      [acme.domain_id, group, READ_ONLY],
    );
    const attempts = await Promise.allSettled([give(group), give(group, systemRoleNamed('LTS FullAccess')?.id)]);
    expect(attempts.map((attempt) => (attempt.status === 'fulfilled' ? 'given' : attempt.reason.kind)).sort()).toEqual(['given', 'quota_exceeded']);
    await iam.sql(`DELETE FROM iam.grants WHERE subject_id = $1 AND stream_id = 's'`, [group]);
  });

  describe('are searched', () => {
    let group: string;

    beforeAll(async () => {
      group = await newGroup('searched');
      await groups.keystoneAddUserToGroup({ group_id: group, user_id: acme.user_id }, iam.as(acme));
      await give(group);
      await grants.updateDomainGroupInheritRole(inDomain(group), iam.as(acme));
      await grants.associateRoleToUserOnEnterpriseProject({ enterprise_project_id: '0', user_id: acme.user_id, role_id: READ_ONLY }, iam.as(acme));
    });

    const found = async (filter: Partial<ShowDomainRoleAssignmentsRequest>) =>
      (await search(filter)).role_assignments.map(({ user, scope, is_inherited }) => {
        const where = Object.entries(scope ?? {}).flatMap(([name, reference]) => (reference ? [name] : []));
        return `${user ? 'user' : 'group'} ${where.join()}${is_inherited ? ' inherited' : ''}`;
      });

    it('by who has them', async () => {
      await expect(found({ subject_group_id: group })).resolves.toEqual(['group domain inherited', 'group project']);
      await expect(found({ subject_user_id: acme.user_id })).resolves.toEqual(['group domain inherited', 'group project', 'user enterprise_project']);
      await expect(found({ subject_user_id: acme.user_id, include_group: false })).resolves.toEqual(['user enterprise_project']);
      await expect(found({ subject: 'user' })).resolves.toEqual(['user enterprise_project']);
      await expect(found({ subject: 'agency' })).resolves.toEqual([]);
    });

    it('by where they hold', async () => {
      await expect(found({ subject_group_id: group, scope: 'project' })).resolves.toEqual(['group project']);
      await expect(found({ subject_group_id: group, scope_project_id: acme.project_id })).resolves.toEqual(['group project']);
      await expect(found({ subject_group_id: group, scope: 'domain' })).resolves.toEqual(['group domain inherited']);
      await expect(found({ subject_group_id: group, scope_domain_id: acme.domain_id, is_inherited: false })).resolves.toEqual([]);
      await expect(found({ subject_group_id: group, is_inherited: false })).resolves.toEqual(['group project']);
      await expect(found({ subject_group_id: group, is_inherited: true, scope: 'project' })).resolves.toEqual([]);
      await expect(found({ scope_enterprise_project_id: '0' })).resolves.toEqual(['user enterprise_project']);
    });

    it('page by page', async () => {
      const { total_num, role_assignments } = await search({ subject_group_id: group, page: 2, per_page: 1 });
      expect(total_num).toBe(2);
      expect(role_assignments).toHaveLength(1);
    });

    it('with parameters that make sense only', async () => {
      const wrong = [{ subject: 'dog' }, { scope: 'world' }, { role_id: 'a\0b' }, { per_page: 51 }, { subject_user_id: NOBODY, subject_group_id: NOBODY }, { scope_project_id: NOBODY, scope_enterprise_project_id: '0' }];
      for (const filter of wrong) await expect(search(filter)).rejects.toMatchObject({ kind: 'invalid', code: 'IAM.0007' });
    });
  });

  it('are told to the decision with what they allow and what made them so, and the same again after a rebuild', async () => {
    const group = await newGroup('decided');
    const policy = await newPolicy('Decided');
    await give(group, policy);
    await grants.keystoneAssociateGroupWithDomainPermission(inDomain(group, READ_ONLY), iam.as(acme));
    const dataSource = await openDatabase(iam.databaseUrl);
    try {
      const subjects = [{ type: 'group', id: group } as const];
      const told = () => grantsFor(dataSource.manager, { domainId: acme.domain_id, subjects });
      const before = await told();
      expect(before).toHaveLength(2);
      expect(before).toContainEqual({
        subject: { type: 'group', id: group },
        scope: { type: 'project', projectId: acme.project_id },
        roleId: policy,
        roleName: 'Decided',
        policy: { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list*'] }] },
        origin: { eventId: expect.any(String), streamId: expect.stringContaining(group), version: 1 },
      });
      await expect(grantsFor(dataSource.manager, { domainId: other.domain_id, subjects })).resolves.toEqual([]);
      await rebuildReadModels(openEvents(dataSource));
      expect(new Set(await told())).toEqual(new Set(before));
    } finally {
      await dataSource.destroy();
    }
  });

  it('are given by nobody whom the edge did not name', async () => {
    await expect(grants.keystoneAssociateGroupWithProjectPermission(inProject(NOBODY))).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(grants.showDomainRoleAssignments(ShowDomainRoleAssignmentsRequest.fromPartial({}))).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});
