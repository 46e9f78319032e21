import { uniqueName } from './harness/deploy.js';
import { iam, iamClient, projectIamClient } from './harness/iam.js';
import { credentials, refusal, wire } from './harness/tenant.js';

interface Role {
  readonly id: string;
  readonly display_name: string;
  readonly name: string;
}

const NOBODY = '0'.repeat(32);
const POLICY = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list*'], Resource: ['functiongraph:*:*:function:*'] }] };

describe('roles and grants with the official IAM SDK', () => {
  const account = credentials().demo;
  const domainId = account.domain_id;
  const client = iamClient(account);
  const inProject = projectIamClient(account);
  let groupId: string;

  const systemRole = async (displayName: string): Promise<Role> => {
    const answer = await client.keystoneListPermissions(new iam.KeystoneListPermissionsRequest().withDisplayName(displayName));
    return wire<{ roles: Role[] }>(answer).roles[0] as Role;
  };
  const createPolicy = async (displayName: string): Promise<Role> => {
    const role = new iam.ServicePolicyRoleOption(displayName, 'XA', 'made by a test', POLICY as never);
    const answer = await client.createCloudServiceCustomPolicy(
      new iam.CreateCloudServiceCustomPolicyRequest().withBody(new iam.CreateCloudServiceCustomPolicyRequestBody(role)),
    );
    return wire<{ role: Role }>(answer).role;
  };
  const deletePolicy = (id: string) => client.deleteCustomPolicy(new iam.DeleteCustomPolicyRequest(id));

  beforeAll(async () => {
    const body = new iam.KeystoneCreateGroupRequestBody(new iam.KeystoneCreateGroupOption(uniqueName('readers')));
    const answer = await client.keystoneCreateGroup(new iam.KeystoneCreateGroupRequest().withBody(body));
    groupId = wire<{ group: { id: string } }>(answer).group.id;
  });
  afterAll(() => client.keystoneDeleteGroup(new iam.KeystoneDeleteGroupRequest(groupId)));

  it('finds the roles of the system by display name', async () => {
    const role = await systemRole('FunctionGraph ReadOnlyAccess');
    expect(role).toMatchObject({ display_name: 'FunctionGraph ReadOnlyAccess', type: 'XA', flag: 'fine_grained', catalog: 'FunctionGraph' });
    const shown = await client.keystoneShowPermission(new iam.KeystoneShowPermissionRequest(role.id));
    expect(wire<{ role: Role }>(shown).role).toEqual(role);
    await expect(refusal(client.keystoneShowPermission(new iam.KeystoneShowPermissionRequest(NOBODY)))).resolves.toMatchObject({ status: 404 });
  });

  it('writes, shows, changes, lists and deletes a custom policy', async () => {
    const name = uniqueName('policy');
    const { id, name: internal } = await createPolicy(name);
    expect(internal).toMatch(new RegExp(`^custom_${domainId}_\\d+$`));
    const shown = await client.showCustomPolicy(new iam.ShowCustomPolicyRequest(id));
    expect(wire(shown)).toMatchObject({ role: { id, display_name: name, catalog: 'CUSTOMED', domain_id: domainId, policy: POLICY, references: 0 } });
    const role = new iam.ServicePolicyRoleOption(`${name}-2`, 'XA', 'changed', POLICY as never);
    await client.updateCloudServiceCustomPolicy(
      new iam.UpdateCloudServiceCustomPolicyRequest(id).withBody(new iam.UpdateCloudServiceCustomPolicyRequestBody(role)),
    );
    const listed = await client.listCustomPolicies(new iam.ListCustomPoliciesRequest().withPage(1).withPerPage(300));
    expect(wire<{ roles: Role[] }>(listed).roles).toContainEqual(expect.objectContaining({ id, display_name: `${name}-2`, description: 'changed' }));
    await deletePolicy(id);
    await expect(refusal(deletePolicy(id))).resolves.toMatchObject({ status: 404, code: 'IAM.0004' });
  });

  it('writes a policy on agencies, in its own form', async () => {
    const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['iam:agencies:assume'], Resource: { uri: [`/iam/agencies/${NOBODY}`] } }] };
    const role = new iam.AgencyPolicyRoleOption(uniqueName('switch'), 'AX', 'made by a test', policy as never);
    const answer = await client.createAgencyCustomPolicy(new iam.CreateAgencyCustomPolicyRequest().withBody(new iam.CreateAgencyCustomPolicyRequestBody(role)));
    const created = wire<{ role: Role }>(answer).role;
    expect(created).toMatchObject({ policy, type: 'AX' });
    await deletePolicy(created.id);
  });

  it('hears of a policy that breaks a rule under the documented code', async () => {
    const role = new iam.ServicePolicyRoleOption(uniqueName('bad'), 'XA', 'd', { ...POLICY, Version: '2.0' } as never);
    const body = new iam.CreateCloudServiceCustomPolicyRequestBody(role);
    await expect(refusal(client.createCloudServiceCustomPolicy(new iam.CreateCloudServiceCustomPolicyRequest().withBody(body)))).resolves.toMatchObject({
      status: 400,
      code: 'IAM.1024',
    });
  });

  it('grants a group a role in a project, checks, lists and takes it', async () => {
    const { id: roleId } = await systemRole('FunctionGraph ReadOnlyAccess');
    const check = () => inProject.keystoneCheckProjectPermissionForGroup(new iam.KeystoneCheckProjectPermissionForGroupRequest(groupId, roleId));
    await expect(refusal(check())).resolves.toMatchObject({ status: 404 });
    await inProject.keystoneAssociateGroupWithProjectPermission(new iam.KeystoneAssociateGroupWithProjectPermissionRequest(groupId, roleId));
    await check();
    const listed = await inProject.keystoneListProjectPermissionsForGroup(new iam.KeystoneListProjectPermissionsForGroupRequest(groupId));
    expect(wire(listed)).toMatchObject({ roles: [{ id: roleId, display_name: 'FunctionGraph ReadOnlyAccess' }] });
    await inProject.keystoneRemoveProjectPermissionFromGroup(new iam.KeystoneRemoveProjectPermissionFromGroupRequest(groupId, roleId));
    await expect(refusal(check())).resolves.toMatchObject({ status: 404 });
  });

  it('grants a group a role for global services, in all projects and in an enterprise project', async () => {
    const { id: roleId } = await systemRole('IAM ReadOnlyAccess');
    await client.keystoneAssociateGroupWithDomainPermission(new iam.KeystoneAssociateGroupWithDomainPermissionRequest(domainId, groupId, roleId));
    await client.keystoneCheckDomainPermissionForGroup(new iam.KeystoneCheckDomainPermissionForGroupRequest(domainId, groupId, roleId));
    await client.updateDomainGroupInheritRole(new iam.UpdateDomainGroupInheritRoleRequest(domainId, groupId, roleId));
    await client.keystoneCheckroleForGroup(new iam.KeystoneCheckroleForGroupRequest(domainId, groupId, roleId));
    await client.associateRoleToGroupOnEnterpriseProject(new iam.AssociateRoleToGroupOnEnterpriseProjectRequest('0', groupId, roleId));

    const search = new iam.ShowDomainRoleAssignmentsRequest(domainId).withSubjectGroupId(groupId);
    const scopes = wire<{ role_assignments: { scope: object; is_inherited: boolean }[] }>(await client.showDomainRoleAssignments(search)).role_assignments;
    expect(scopes).toHaveLength(3);
    expect(scopes).toContainEqual(expect.objectContaining({ scope: { enterprise_project: { id: '0' } }, is_inherited: false }));
    expect(scopes).toContainEqual(expect.objectContaining({ scope: { domain: { id: domainId } }, is_inherited: true }));

    const groups = await client.listGroupsForEnterpriseProject(new iam.ListGroupsForEnterpriseProjectRequest('0'));
    expect(wire(groups)).toMatchObject({ groups: [{ id: groupId, domainId }] });
    const projects = await client.listEnterpriseProjectsForGroup(new iam.ListEnterpriseProjectsForGroupRequest(groupId));
    expect(wire(projects)).toMatchObject({ 'enterprise-projects': [{ projectId: '0' }] });

    for (const list of [
      client.keystoneListDomainPermissionsForGroup(new iam.KeystoneListDomainPermissionsForGroupRequest(domainId, groupId)),
      client.keystoneListAllProjectPermissionsForGroup(new iam.KeystoneListAllProjectPermissionsForGroupRequest(domainId, groupId)),
      client.listRolesForGroupOnEnterpriseProject(new iam.ListRolesForGroupOnEnterpriseProjectRequest('0', groupId)),
    ]) {
      expect(wire(await list)).toMatchObject({ roles: [{ id: roleId }] });
    }
    await client.keystoneRemoveDomainPermissionFromGroup(new iam.KeystoneRemoveDomainPermissionFromGroupRequest(domainId, groupId, roleId));
    await client.deleteDomainGroupInheritedRole(new iam.DeleteDomainGroupInheritedRoleRequest(domainId, groupId, roleId));
    await client.revokeRoleFromGroupOnEnterpriseProject(new iam.RevokeRoleFromGroupOnEnterpriseProjectRequest('0', groupId, roleId));
    expect(wire(await client.showDomainRoleAssignments(search))).toMatchObject({ total_num: 0 });
  });

  it('grants an agency roles in every kind of scope', async () => {
    const { id: roleId } = await systemRole('FunctionGraph ReadOnlyAccess');
    const option = new iam.CreateAgencyOption(uniqueName('agency'), domainId).withTrustDomainName('op_svc_cff');
    const created = await client.createAgency(new iam.CreateAgencyRequest().withBody(new iam.CreateAgencyRequestBody(option)));
    const agencyId = wire<{ agency: { id: string } }>(created).agency.id;

    await inProject.associateAgencyWithProjectPermission(new iam.AssociateAgencyWithProjectPermissionRequest(agencyId, roleId));
    await inProject.checkProjectPermissionForAgency(new iam.CheckProjectPermissionForAgencyRequest(agencyId, roleId));
    await client.associateAgencyWithDomainPermission(new iam.AssociateAgencyWithDomainPermissionRequest(domainId, agencyId, roleId));
    await client.checkDomainPermissionForAgency(new iam.CheckDomainPermissionForAgencyRequest(domainId, agencyId, roleId));
    await client.associateAgencyWithAllProjectsPermission(new iam.AssociateAgencyWithAllProjectsPermissionRequest(agencyId, domainId, roleId));
    await client.checkAllProjectsPermissionForAgency(new iam.CheckAllProjectsPermissionForAgencyRequest(agencyId, domainId, roleId));
    const there = new iam.CreateAgencyEpPolicyAssignmentReqBodyRoleAssignments().withAgencyId(agencyId).withEnterpriseProjectId('0').withRoleId(roleId);
    await client.associateRoleToAgencyOnEnterpriseProject(
      new iam.AssociateRoleToAgencyOnEnterpriseProjectRequest().withBody(new iam.CreateAgencyEpPolicyAssignmentReqBody([there])),
    );
    const search = new iam.ShowDomainRoleAssignmentsRequest(domainId).withSubjectAgencyId(agencyId);
    expect(wire(await client.showDomainRoleAssignments(search))).toMatchObject({ total_num: 4 });
    for (const list of [
      inProject.listProjectPermissionsForAgency(new iam.ListProjectPermissionsForAgencyRequest(agencyId)),
      client.listDomainPermissionsForAgency(new iam.ListDomainPermissionsForAgencyRequest(domainId, agencyId)),
      client.listAllProjectsPermissionsForAgency(new iam.ListAllProjectsPermissionsForAgencyRequest(agencyId, domainId)),
    ]) {
      expect(wire(await list)).toMatchObject({ roles: [{ id: roleId, display_name: 'FunctionGraph ReadOnlyAccess' }] });
    }
    await client.revokeRoleFromAgencyOnEnterpriseProject(
      new iam.RevokeRoleFromAgencyOnEnterpriseProjectRequest().withBody(new iam.CreateOrDelAgencyEpPolicyAssignmentReqBody([there as never])),
    );
    await inProject.removeProjectPermissionFromAgency(new iam.RemoveProjectPermissionFromAgencyRequest(agencyId, roleId));
    expect(wire(await client.showDomainRoleAssignments(search))).toMatchObject({ total_num: 2 });
    await client.deleteAgency(new iam.DeleteAgencyRequest(agencyId));
    expect(wire(await client.showDomainRoleAssignments(search))).toMatchObject({ total_num: 0 });
  });

  it('may not delete a policy that is granted', async () => {
    const { id } = await createPolicy(uniqueName('granted'));
    await inProject.keystoneAssociateGroupWithProjectPermission(new iam.KeystoneAssociateGroupWithProjectPermissionRequest(groupId, id));
    await expect(refusal(deletePolicy(id))).resolves.toMatchObject({ status: 409, code: 'IAM.0005' });
    await inProject.keystoneRemoveProjectPermissionFromGroup(new iam.KeystoneRemoveProjectPermissionFromGroupRequest(groupId, id));
    await deletePolicy(id);
  });

  it('finds nothing of another account', async () => {
    const stranger = iamClient(credentials().admin);
    const { id: roleId } = await systemRole('FunctionGraph ReadOnlyAccess');
    const inGroup = new iam.KeystoneAssociateGroupWithProjectPermissionRequest(groupId, roleId);
    await expect(refusal(projectIamClient(credentials().admin).keystoneAssociateGroupWithProjectPermission(inGroup))).resolves.toMatchObject({ status: 404 });
    // Whether the account exists makes no difference.
    for (const account of [domainId, NOBODY]) {
      const inDomain = new iam.KeystoneAssociateGroupWithDomainPermissionRequest(account, groupId, roleId);
      await expect(refusal(stranger.keystoneAssociateGroupWithDomainPermission(inDomain))).resolves.toMatchObject({ status: 403 });
      await expect(refusal(stranger.showDomainRoleAssignments(new iam.ShowDomainRoleAssignmentsRequest(account)))).resolves.toMatchObject({ status: 403 });
    }
  });
});
