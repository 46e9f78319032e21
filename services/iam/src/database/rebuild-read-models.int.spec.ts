import { KeystoneUpdateGroupRequest } from '@windlass/contracts/iam/v1/group_service';
import { UpdateAgencyRequest } from '@windlass/contracts/iam/v1/agency_service';
import { UpdatePermanentAccessKeyRequest } from '@windlass/contracts/iam/v1/access_key_service';
import { KeystoneCreateProjectRequest, KeystoneUpdateProjectRequest } from '@windlass/contracts/iam/v1/project_service';
import { UpdateUserRequest } from '@windlass/contracts/iam/v1/user_service';
import { administratorOf, identitiesOf, signedWith } from '../testing/identities.js';
import { REGION, RunningIam } from '../testing/running-iam.js';
import { openEvents } from '../stored-events.js';
import { openDatabase } from './open-database.js';
import { rebuildReadModels } from './rebuild-read-models.js';

const TABLES = ['users', 'groups', 'group_members', 'agencies', 'projects', 'access_keys'];

describe('the read models of identities', () => {
  let iam: RunningIam;

  beforeAll(async () => {
    iam = await RunningIam.start();
  });
  afterAll(() => iam?.stop());

  it('are the same when they are made again from the events, whatever happened to the identities', async () => {
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

    const models = () => Promise.all(TABLES.map((table) => iam.sql(`SELECT * FROM iam.${table} ORDER BY 1, 2`)));
    const live = await models();
    expect(live.map((rows) => rows.length)).toEqual([2, 1, 1, 1, 2, 2]);
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
