import { uniqueName } from './harness/deploy.js';
import { iam, iamClient, projectIamClient, temporaryIamClient } from './harness/iam.js';
import { credentials, refusal, wire } from './harness/tenant.js';

interface Named {
  readonly id: string;
  readonly name: string;
}

const PASSWORD = 'battery staple 2';

describe('identities with the official IAM SDK', () => {
  const { demo, admin } = credentials();
  const client = iamClient(demo);
  const domainId = demo.domain_id;

  const createUser = async (name: string): Promise<Named> => {
    const option = new iam.CreateUserOption(name, domainId).withPassword(PASSWORD).withEmail('user@example.org').withAreacode('0086').withPhone('123');
    return wire<{ user: Named }>(await client.createUser(new iam.CreateUserRequest().withBody(new iam.CreateUserRequestBody(option)))).user;
  };
  const createGroup = async (name: string): Promise<Named> => {
    const body = new iam.KeystoneCreateGroupRequestBody(new iam.KeystoneCreateGroupOption(name).withDescription('made by a test'));
    return wire<{ group: Named }>(await client.keystoneCreateGroup(new iam.KeystoneCreateGroupRequest().withBody(body))).group;
  };
  const deleteUser = (id: string) => client.keystoneDeleteUser(new iam.KeystoneDeleteUserRequest(id));
  const logIn = async (name: string, password: string): Promise<string> => {
    const user = new iam.PwdPasswordUser(new iam.PwdPasswordUserDomain(demo.domain), name, password);
    const auth = new iam.PwdAuth(new iam.PwdIdentity(['password'], new iam.PwdPassword(user)));
    const request = new iam.KeystoneCreateUserTokenByPasswordRequest().withBody(new iam.KeystoneCreateUserTokenByPasswordRequestBody(auth));
    return wire<Record<string, string>>(await client.keystoneCreateUserTokenByPassword(request))['X-Subject-Token'] ?? '';
  };

  it('creates, shows, changes, lists and deletes a user', async () => {
    const name = uniqueName('user');
    const { id } = await createUser(name);
    const shown = await client.showUser(new iam.ShowUserRequest(id));
    expect(wire(shown)).toMatchObject({ user: { id, name, domain_id: domainId, email: 'user@example.org', areacode: '0086', phone: '123', enabled: true, is_domain_owner: false } });
    const change = new iam.UpdateUserRequestBody(new iam.UpdateUserOption().withDescription('changed').withEnabled(false));
    await expect(client.updateUser(new iam.UpdateUserRequest(id).withBody(change))).resolves.toMatchObject({ user: { description: 'changed', enabled: false } });
    const byAdmin = new iam.KeystoneUpdateUserByAdminRequestBody(new iam.KeystoneUpdateUserOption().withEnabled(true));
    await client.keystoneUpdateUserByAdmin(new iam.KeystoneUpdateUserByAdminRequest(id).withBody(byAdmin));
    const listed = await client.keystoneListUsers(new iam.KeystoneListUsersRequest().withName(name));
    expect(wire<{ users: Named[] }>(listed).users).toEqual([expect.objectContaining({ id, name, enabled: true, description: 'changed' })]);
    await expect(refusal(client.showUserLoginProtect(new iam.ShowUserLoginProtectRequest(id)))).resolves.toMatchObject({ status: 404 });
    await expect(refusal(createUser(name))).resolves.toMatchObject({ status: 400, code: '1109' });
    await deleteUser(id);
    await expect(refusal(client.keystoneShowUser(new iam.KeystoneShowUserRequest(id)))).resolves.toMatchObject({ status: 404, message: expect.stringContaining(id) });
  });

  it('logs a user in, checks its token, and refuses both once the password changed', async () => {
    const name = uniqueName('login');
    const { id } = await createUser(name);
    const token = await logIn(name, PASSWORD);
    const checked = await client.keystoneValidateToken(new iam.KeystoneValidateTokenRequest(token));
    expect(wire(checked)).toMatchObject({ token: { user: { id, name }, domain: { id: domainId }, methods: ['password'] } });
    const change = new iam.UpdateUserRequestBody(new iam.UpdateUserOption().withPassword('battery staple 3'));
    await client.updateUser(new iam.UpdateUserRequest(id).withBody(change));
    await expect(refusal(client.keystoneValidateToken(new iam.KeystoneValidateTokenRequest(token)))).resolves.toMatchObject({ status: 404 });
    await expect(refusal(logIn(name, PASSWORD))).resolves.toMatchObject({ status: 401, message: 'The username or password is wrong.' });
    await expect(logIn(name, 'battery staple 3')).resolves.not.toBe('');
    await deleteUser(id);
  });

  it('puts users into groups and takes them out', async () => {
    const [user, group] = await Promise.all([createUser(uniqueName('member')), createGroup(uniqueName('group'))]);
    await client.keystoneAddUserToGroup(new iam.KeystoneAddUserToGroupRequest(group.id, user.id));
    await client.keystoneCheckUserInGroup(new iam.KeystoneCheckUserInGroupRequest(group.id, user.id));
    await expect(client.keystoneListUsersForGroupByAdmin(new iam.KeystoneListUsersForGroupByAdminRequest(group.id))).resolves.toMatchObject({ users: [{ id: user.id }] });
    await expect(client.keystoneListGroupsForUser(new iam.KeystoneListGroupsForUserRequest(user.id))).resolves.toMatchObject({ groups: [{ id: group.id }] });
    await client.keystoneRemoveUserFromGroup(new iam.KeystoneRemoveUserFromGroupRequest(group.id, user.id));
    await expect(refusal(client.keystoneCheckUserInGroup(new iam.KeystoneCheckUserInGroupRequest(group.id, user.id)))).resolves.toMatchObject({ status: 404 });
    const change = new iam.KeystoneUpdateGroupRequestBody(new iam.KeystoneUpdateGroupOption().withDescription('changed'));
    await client.keystoneUpdateGroup(new iam.KeystoneUpdateGroupRequest(group.id).withBody(change));
    const listed = await client.keystoneListGroups(new iam.KeystoneListGroupsRequest().withName(group.name));
    expect(wire<{ groups: Named[] }>(listed).groups).toEqual([expect.objectContaining({ id: group.id, description: 'changed', create_time: expect.any(Number) })]);
    await client.keystoneDeleteGroup(new iam.KeystoneDeleteGroupRequest(group.id));
    await expect(refusal(client.keystoneShowGroup(new iam.KeystoneShowGroupRequest(group.id)))).resolves.toMatchObject({ status: 404 });
    await deleteUser(user.id);
  });

  it('manages access keys, two a user, with which the user calls until they go', async () => {
    const user = await createUser(uniqueName('keys'));
    const create = async () => {
      const body = new iam.CreatePermanentAccessKeyRequestBody(new iam.CreateCredentialOption(user.id).withDescription('made by a test'));
      const answer = await client.createPermanentAccessKey(new iam.CreatePermanentAccessKeyRequest().withBody(body));
      return wire<{ credential: { access: string; secret: string; status: string } }>(answer).credential;
    };
    const key = await create();
    await create();
    await expect(refusal(create())).resolves.toMatchObject({ status: 400, message: expect.stringMatching(/^akSkNumExceed/) });
    const own = iamClient({ ...demo, access_key: key.access, secret_key: key.secret });
    await expect(own.showUser(new iam.ShowUserRequest(user.id))).resolves.toMatchObject({ user: { id: user.id } });
    await expect(refusal(own.keystoneListUsers(new iam.KeystoneListUsersRequest()))).resolves.toMatchObject({ status: 403 });
    const shown = await client.showPermanentAccessKey(new iam.ShowPermanentAccessKeyRequest(key.access));
    expect(wire(shown)).toMatchObject({ credential: { access: key.access, user_id: user.id, status: 'active', last_use_time: expect.any(String) } });
    const off = new iam.UpdatePermanentAccessKeyRequestBody(new iam.UpdateCredentialOption().withStatus('inactive'));
    await client.updatePermanentAccessKey(new iam.UpdatePermanentAccessKeyRequest(key.access).withBody(off));
    await expect(refusal(own.showUser(new iam.ShowUserRequest(user.id)))).resolves.toMatchObject({ status: 401 });
    await client.deletePermanentAccessKey(new iam.DeletePermanentAccessKeyRequest(key.access));
    const left = await client.listPermanentAccessKeys(new iam.ListPermanentAccessKeysRequest().withUserId(user.id));
    expect(wire<{ credentials: object[] }>(left).credentials).toHaveLength(1);
    await deleteUser(user.id);
  });

  it('lends to another account through an agency: a token and temporary keys that act as the agency', async () => {
    const name = uniqueName('agency');
    const option = new iam.CreateAgencyOption(name, domainId).withTrustDomainName(admin.domain).withDuration('ONEDAY' as never);
    const created = await client.createAgency(new iam.CreateAgencyRequest().withBody(new iam.CreateAgencyRequestBody(option)));
    const { id } = wire<{ agency: Named }>(created).agency;
    expect(wire(created)).toMatchObject({ agency: { name, duration: '24', trust_domain_id: admin.domain_id } });

    const trusted = iamClient(admin);
    const assume = new iam.IdentityAssumerole(name).withDomainName(demo.domain).withDurationSeconds(900);
    const auth = new iam.AgencyAuth(new iam.AgencyAuthIdentity(['assume_role'], assume));
    const body = new iam.CreateTemporaryAccessKeyByAgencyRequestBody(auth);
    const answer = await trusted.createTemporaryAccessKeyByAgency(new iam.CreateTemporaryAccessKeyByAgencyRequest().withBody(body));
    const lent = temporaryIamClient(wire<{ credential: { access: string; secret: string; securitytoken: string } }>(answer).credential, domainId);
    await expect(lent.keystoneListAuthDomains({} as never)).resolves.toMatchObject({ domains: [{ id: domainId }] });
    // Nothing was granted to it.
    await expect(refusal(lent.keystoneListUsers(new iam.KeystoneListUsersRequest()))).resolves.toMatchObject({ status: 403 });

    const role = new iam.AgencyTokenAssumerole(name).withDomainId(domainId);
    const scope = new iam.AgencyTokenScope().withDomain(new iam.AgencyTokenScopeDomain().withId(domainId));
    const tokenAuth = new iam.AgencyTokenAuth(new iam.AgencyTokenIdentity(['assume_role'], role), scope);
    const tokenRequest = new iam.KeystoneCreateAgencyTokenRequest().withBody(new iam.KeystoneCreateAgencyTokenRequestBody(tokenAuth));
    const issued = await trusted.keystoneCreateAgencyToken(tokenRequest);
    expect(wire(issued)).toMatchObject({ token: { user: { id, name: `${demo.domain}/${name}` }, assumed_by: { user: { id: expect.any(String) } } } });

    const change = new iam.UpdateAgencyRequestBody(new iam.UpdateAgencyOption().withDuration(20 as never));
    await expect(client.updateAgency(new iam.UpdateAgencyRequest(id).withBody(change))).resolves.toMatchObject({ agency: { duration: '480' } });
    const listed = await client.listAgencies(new iam.ListAgenciesRequest(domainId).withName(name));
    expect(wire<{ agencies: Named[] }>(listed).agencies).toEqual([expect.objectContaining({ id, trust_domain_name: admin.domain })]);
    await client.deleteAgency(new iam.DeleteAgencyRequest(id));
    await expect(refusal(client.showAgency(new iam.ShowAgencyRequest(id)))).resolves.toMatchObject({ status: 404, code: 'IAM.0004' });
    await expect(refusal(lent.keystoneListAuthDomains({} as never))).resolves.toMatchObject({ status: 401 });
    await expect(refusal(trusted.keystoneCreateAgencyToken(tokenRequest))).resolves.toMatchObject({ status: 404 });
  });

  it('makes temporary keys of one\'s own', async () => {
    const identity = new iam.TokenAuthIdentity(['token']).withToken(new iam.IdentityToken().withDurationSeconds(900));
    const request = new iam.CreateTemporaryAccessKeyByTokenRequest().withBody(new iam.CreateTemporaryAccessKeyByTokenRequestBody(new iam.TokenAuth(identity)));
    const answer = wire<{ credential: { access: string; secret: string; securitytoken: string } }>(await client.createTemporaryAccessKeyByToken(request));
    const mine = temporaryIamClient(answer.credential, domainId);
    await expect(mine.keystoneListUsers(new iam.KeystoneListUsersRequest())).resolves.toMatchObject({ users: expect.any(Array) });
  });

  it('manages projects beneath that of the region, and finds regions and services', async () => {
    const name = uniqueName(`${credentials().region}_sub`);
    const option = new iam.KeystoneCreateProjectOption(name, demo.project_id).withDescription('made by a test');
    const created = await client.keystoneCreateProject(new iam.KeystoneCreateProjectRequest().withBody(new iam.KeystoneCreateProjectRequestBody(option)));
    const { id } = wire<{ project: Named }>(created).project;
    const within = projectIamClient({ ...demo, project_id: id });
    await expect(within.keystoneShowProject({} as never)).resolves.toMatchObject({ project: { id, name, parent_id: demo.project_id } });
    await expect(within.showProjectDetailsAndStatus({} as never)).resolves.toMatchObject({ project: { id, status: 'normal' } });
    const listed = await client.keystoneListProjects(new iam.KeystoneListProjectsRequest().withParentId(demo.project_id).withPage(1).withPerPage(5000));
    expect(wire<{ projects: Named[] }>(listed).projects.map((project) => project.id)).toContain(id);
    const change = new iam.KeystoneUpdateProjectRequestBody(new iam.KeystoneUpdateProjectOption().withDescription('changed'));
    await within.keystoneUpdateProject(new iam.KeystoneUpdateProjectRequest().withBody(change));
    await expect(client.keystoneListRegions({} as never)).resolves.toMatchObject({ regions: [{ id: credentials().region, type: 'public' }] });
    await expect(client.keystoneShowCatalog({} as never)).resolves.toMatchObject({ catalog: expect.arrayContaining([expect.objectContaining({ type: 'identity' })]) });
  });

  it('sees nothing of another account', async () => {
    const user = await createUser(uniqueName('hidden'));
    const stranger = iamClient(admin);
    await expect(refusal(stranger.showUser(new iam.ShowUserRequest(user.id)))).resolves.toMatchObject({ status: 404 });
    await expect(refusal(stranger.keystoneDeleteUser(new iam.KeystoneDeleteUserRequest(user.id)))).resolves.toMatchObject({ status: 404 });
    await expect(refusal(stranger.keystoneListUsers(new iam.KeystoneListUsersRequest().withDomainId(domainId)))).resolves.toMatchObject({ status: 403 });
    const listed = await stranger.keystoneListUsers(new iam.KeystoneListUsersRequest());
    expect(wire<{ users: Named[] }>(listed).users.map(({ id }) => id)).not.toContain(user.id);
    await deleteUser(user.id);
  });
});
