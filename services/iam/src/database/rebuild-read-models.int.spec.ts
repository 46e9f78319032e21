import { KeystoneUpdateGroupRequest } from '@windlass/contracts/iam/v1/group_service';
import { UpdateAgencyRequest } from '@windlass/contracts/iam/v1/agency_service';
import { UpdatePermanentAccessKeyRequest } from '@windlass/contracts/iam/v1/access_key_service';
import { KeystoneCreateProjectRequest, KeystoneUpdateProjectRequest } from '@windlass/contracts/iam/v1/project_service';
import { AccountAdminServiceClient } from '@windlass/contracts/iam/v1/account_admin_service';
import { EnterpriseProjectServiceClient, UpdateEnterpriseProjectRequest } from '@windlass/contracts/iam/v1/enterprise_project_service';
import { GrantServiceClient } from '@windlass/contracts/iam/v1/grant_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { CreateCustomPolicyRequest, RoleServiceClient, UpdateCustomPolicyRequest } from '@windlass/contracts/iam/v1/role_service';
import { UpdateUserRequest } from '@windlass/contracts/iam/v1/user_service';
import { textOfRows } from '@windlass/event-store/testing/released-events';
import { administratorOf, identitiesOf, signedWith } from '../testing/identities.js';
import { REGION, RunningIam } from '../testing/running-iam.js';
import { openEvents } from '../stored-events.js';
import { openDatabase } from './open-database.js';
import { READ_MODELS, rebuildReadModels } from './rebuild-read-models.js';

describe('the read models of accounts, identities and what they may do', () => {
  let iam: RunningIam;

  beforeAll(async () => {
    iam = await RunningIam.start();
  });
  afterAll(() => iam?.stop());

  it('are the same when they are made again from the events, byte for byte, whatever happened', async () => {
    const ids = identitiesOf(iam);
    const account = await iam.createAccount('acme');
    const ann = administratorOf(account);
    const as = iam.as(ann);
    const [kept, gone] = [await ids.createUser(ann, 'kept', { description: 'first' }), await ids.createUser(ann, 'gone')];
    const [group, ended] = [await ids.createGroup(ann, 'group'), await ids.createGroup(ann, 'ended')];
    for (const user of [kept, gone]) await ids.groups.keystoneAddUserToGroup({ group_id: group.id, user_id: user.id }, as);
    await ids.users.updateUser(UpdateUserRequest.fromPartial({ user_id: kept.id, user: { name: 'Renamed', enabled: false, email: 'a@b', access_mode: 'programmatic' } }), as);
    await ids.groups.keystoneUpdateGroup(KeystoneUpdateGroupRequest.fromPartial({ group_id: group.id, group: { description: 'changed' } }), as);
    await ids.groups.keystoneDeleteGroup({ group_id: ended.id }, as);
    await ids.users.keystoneDeleteUser({ user_id: gone.id }, as);
    const key = await ids.createKey(ann, kept.id);
    const off = UpdatePermanentAccessKeyRequest.fromPartial({ access_key: key.access, credential: { status: 'inactive', description: 'off' } });
    await ids.accessKeys.updatePermanentAccessKey(off, as);
    const agency = await ids.createAgency(ann, 'agency', { trust_domain_name: 'op_svc_cff', duration: 'ONEDAY' });
    await ids.agencies.updateAgency(UpdateAgencyRequest.fromPartial({ agency_id: agency.id, agency: { description: 'changed' } }), as);
    const { project } = await iam.projects.keystoneCreateProject(
      KeystoneCreateProjectRequest.fromPartial({ project: { name: `${REGION}_a`, parent_id: account.project_id } }),
      as,
    );
    await iam.projects.keystoneUpdateProject(KeystoneUpdateProjectRequest.fromPartial({ id: project!.id, project: { name: `${REGION}_b` } }), as);

    // Of an enterprise project's state, a policy's text and a grant that came, went and came again the events tell too.
    const projects = iam.client(EnterpriseProjectServiceClient);
    const everywhere = iam.as(Principal.fromPartial({ ...ann, all_enterprise_projects: true }));
    const { enterprise_project: branch } = await projects.createEnterpriseProject({ name: 'branch', description: '', type: '' }, everywhere);
    await projects.updateEnterpriseProject(UpdateEnterpriseProjectRequest.fromPartial({ enterprise_project_id: branch!.id, name: 'renamed' }), everywhere);
    await projects.actOnEnterpriseProject({ enterprise_project_id: branch!.id, action: 'disable' }, everywhere);
    const roles = iam.client(RoleServiceClient);
    const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list*'] }] };
    const { role } = await roles.createCustomPolicy(CreateCustomPolicyRequest.fromPartial({ role: { display_name: 'lists', type: 'XA', policy } }), as);
    await roles.updateCustomPolicy(UpdateCustomPolicyRequest.fromPartial({ role_id: role!.id, role: { description: 'changed' } }), as);
    const grants = iam.client(GrantServiceClient);
    const given = { project_id: account.project_id, group_id: group.id, role_id: role!.id };
    await grants.keystoneAssociateGroupWithProjectPermission(given, as);
    await grants.keystoneRemoveProjectPermissionFromGroup(given, as);
    await grants.keystoneAssociateGroupWithProjectPermission(given, as);
    const operator = await iam.createAccount('windlass', { is_operator: true });
    const admin = iam.client(AccountAdminServiceClient);
    const asOperator = iam.as(Principal.fromPartial({ domain_id: operator.domain_id, user_id: operator.user_id, roles: ['te_admin', 'op_admin'] }));
    const other = await iam.createAccount('other');
    await admin.suspendAccount({ account_id: other.domain_id, reason: 'unpaid' }, asOperator);
    await admin.setAccountQuotas({ account_id: account.domain_id, quotas: { user: 7 } }, asOperator);

    const models = async () => Object.fromEntries(await Promise.all(READ_MODELS.map(async (table) => [table, await textOfRows({ query: (text: string) => iam.sql(text) as never }, table)] as const)));
    const live = await models();
    for (const table of READ_MODELS) expect([table, live[table]?.length]).not.toEqual([table, 0]);
    const dataSource = await openDatabase(iam.databaseUrl);
    try {
      await rebuildReadModels(openEvents(dataSource));
    } finally {
      await dataSource.destroy();
    }
    await expect(models()).resolves.toEqual(live);
    const own = { access: account.access_key, secret: account.secret_key };
    await expect(iam.authentication.authenticateSignature(signedWith(own))).resolves.toMatchObject({ principal: { user_id: account.user_id } });
  });
});
