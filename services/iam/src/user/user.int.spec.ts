import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { KeystoneListUsersRequest, KeystoneUpdateUserByAdminRequest, UpdateUserRequest } from '@windlass/contracts/iam/v1/user_service';
import { administratorOf, identitiesOf, principalOf, signedWith, USER_PASSWORD } from '../testing/identities.js';
import { RunningIam } from '../testing/running-iam.js';

describe('users', () => {
  let iam: RunningIam;
  let ids: ReturnType<typeof identitiesOf>;
  let acme: CreateAccountResponse;
  let ann: Principal;
  let stranger: Principal;

  beforeAll(async () => {
    iam = await RunningIam.start();
    ids = identitiesOf(iam);
    acme = await iam.createAccount('acme');
    ann = administratorOf(acme);
    stranger = administratorOf(await iam.createAccount('other'));
  });
  afterAll(() => iam?.stop());

  const byToken = (token: string) => iam.authentication.authenticateToken({ token });
  const update = (userId: string, change: object, caller = ann) =>
    ids.users.updateUser(UpdateUserRequest.fromPartial({ user_id: userId, user: change }), iam.as(caller));

  it('are created by an administrator and log in', async () => {
    const user = await ids.createUser(ann, 'bob', { email: 'bob@example.org', areacode: '0086', phone: '123', description: 'tester' });
    expect(user).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name: 'bob',
      domain_id: acme.domain_id,
      enabled: true,
      email: 'bob@example.org',
      areacode: '0086',
      phone: '123',
      description: 'tester',
      access_mode: 'default',
      pwd_status: true,
      is_domain_owner: false,
    });
    const { token } = await ids.logIn('acme', 'bob');
    expect(token).toMatchObject({ user: { id: user.id, name: 'bob' }, roles: [] });
    await expect(ids.users.showUser({ user_id: acme.user_id }, iam.as(ann))).resolves.toMatchObject({ user: { is_domain_owner: true } });
  });

  it('are found by what they are', async () => {
    await ids.createUser(ann, 'Findable', { enabled: false });
    const found = async (filter: object, caller = ann) =>
      (await ids.users.keystoneListUsers(KeystoneListUsersRequest.fromPartial(filter), iam.as(caller))).users.map(({ name }) => name);
    await expect(found({ name: 'findable' })).resolves.toEqual(['Findable']);
    await expect(found({ enabled: false })).resolves.toEqual(['Findable']);
    await expect(found({ enabled: true, name: 'findable' })).resolves.toEqual([]);
    await expect(found({ name: 'no\0body' })).resolves.toEqual([]);
    await expect(found({ domain_id: acme.domain_id }, stranger)).resolves.toEqual([]);
    await expect(found({}, stranger)).resolves.toEqual(['ann']);
  });

  it('have names of their own within the account', async () => {
    const { id } = await ids.createUser(ann, 'Single');
    await expect(ids.createUser(ann, 'sINGLE')).rejects.toMatchObject({ kind: 'invalid', reason: 'USER_EXISTS', code: '1109' });
    await expect(update(id, { name: 'ann' })).rejects.toMatchObject({ reason: 'USER_EXISTS' });
    await expect(ids.createUser(stranger, 'Single')).resolves.toMatchObject({ name: 'Single' });
  });

  it.each([
    ['1101', { name: '' }],
    ['1101', { name: 'аnn' }],
    ['1103', { password: 'aB1' }],
    ['1118', { password: 'allofone' }],
    ['IAM.0073', { email: 'x' }],
    ['IAM.0073', { access_mode: 'any' }],
    ['IAM.0004', { domain_id: 'f'.repeat(32) }],
  ])('are refused with %s for %j', async (code, change) => {
    await expect(ids.createUser(ann, 'refused', change)).rejects.toMatchObject({ code });
  });

  it('see themselves without permission, and nobody else', async () => {
    const bob = principalOf(acme, await ids.createUser(ann, 'selfish'));
    await expect(ids.users.showUser({ user_id: bob.user_id }, iam.as(bob))).resolves.toMatchObject({ user: { name: 'selfish' } });
    await expect(ids.users.keystoneShowUser({ user_id: bob.user_id }, iam.as(bob))).resolves.toMatchObject({ user: { name: 'selfish' } });
    await expect(ids.users.showUser({ user_id: acme.user_id }, iam.as(bob))).rejects.toMatchObject({ kind: 'forbidden', reason: 'ACTION_DENIED', code: 'IAM.0003' });
    const information = { user_id: bob.user_id, user: { email: 'me@example.org', mobile: '0086-5' } };
    await ids.users.updateUserInformation(information, iam.as(bob));
    await expect(ids.users.showUser({ user_id: bob.user_id }, iam.as(bob))).resolves.toMatchObject({ user: { email: 'me@example.org', areacode: '0086', phone: '5' } });
    await expect(ids.users.updateUserInformation({ ...information, user_id: acme.user_id }, iam.as(bob))).rejects.toMatchObject({ reason: 'NOT_ONESELF' });
  });

  it('are nothing to another account', async () => {
    const { id } = await ids.createUser(ann, 'private');
    for (const attempt of [
      () => ids.users.showUser({ user_id: id }, iam.as(stranger)),
      () => ids.users.keystoneShowUser({ user_id: id }, iam.as(stranger)),
      () => update(id, { name: 'stolen' }, stranger),
      () => ids.users.keystoneDeleteUser({ user_id: id }, iam.as(stranger)),
      () => ids.users.showUserLoginProtect({ user_id: id }, iam.as(stranger)),
      () => ids.users.keystoneUpdateUserByAdmin(KeystoneUpdateUserByAdminRequest.fromPartial({ user_id: id, user: {} }), iam.as(stranger)),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ kind: 'not_found', reason: 'USER_UNKNOWN' });
    }
  });

  it('have no second factor, which is told as not found', async () => {
    await expect(ids.users.showUserLoginProtect({ user_id: acme.user_id }, iam.as(ann))).rejects.toMatchObject({ kind: 'not_found', code: 'IAM.0004' });
  });

  it('change their own password for the present one, which ends what they were logged in with', async () => {
    const bob = principalOf(acme, await ids.createUser(ann, 'changing'));
    const { token_value: token } = await ids.logIn('acme', 'changing');
    const change = (original_password: string, password: string, caller = bob) =>
      ids.users.keystoneUpdateUserPassword({ user_id: bob.user_id, user: { original_password, password } }, iam.as(caller));
    await expect(change('wrong', 'correct horse 3')).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(change(USER_PASSWORD, USER_PASSWORD)).rejects.toMatchObject({ reason: 'PASSWORD_UNCHANGED' });
    await expect(change(USER_PASSWORD, 'short')).rejects.toMatchObject({ reason: 'PASSWORD_WEAK' });
    await expect(change(USER_PASSWORD, 'correct horse 3', ann)).rejects.toMatchObject({ reason: 'NOT_ONESELF' });
    await expect(byToken(token)).resolves.toBeDefined();

    await change(USER_PASSWORD, 'correct horse 3');
    await expect(byToken(token)).rejects.toMatchObject({ reason: 'TOKEN_UNKNOWN' });
    await expect(ids.logIn('acme', 'changing')).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(ids.logIn('acme', 'changing', 'correct horse 3')).resolves.toBeDefined();
    await expect(ids.users.showUser({ user_id: bob.user_id }, iam.as(bob))).resolves.toMatchObject({ user: { pwd_status: false } });
  });

  it('are logged out when they are disabled or given another password', async () => {
    const { id } = await ids.createUser(ann, 'logged-out');
    for (const change of [{ enabled: false }, { enabled: true, password: 'correct horse 4' }]) {
      const token = change.enabled ? undefined : (await ids.logIn('acme', 'logged-out')).token_value;
      await update(id, change);
      if (token !== undefined) {
        await expect(byToken(token)).rejects.toMatchObject({ reason: 'TOKEN_UNKNOWN' });
        await expect(ids.logIn('acme', 'logged-out')).rejects.toMatchObject({ kind: 'unauthenticated' });
      }
    }
    const { token_value: token } = await ids.logIn('acme', 'logged-out', 'correct horse 4');
    await update(id, { password: 'correct horse 5' });
    await expect(byToken(token)).rejects.toMatchObject({ reason: 'TOKEN_UNKNOWN' });
  });

  it('may have no password, and then do not log in', async () => {
    const { id } = await ids.createUser(ann, 'keys-only', { password: undefined, access_mode: 'programmatic' });
    await expect(ids.logIn('acme', 'keys-only')).rejects.toMatchObject({ kind: 'unauthenticated', reason: 'CREDENTIALS_WRONG' });
    await expect(ids.createKey(ann, id)).resolves.toMatchObject({ user_id: id });
  });

  it('of the console only do not call with access keys', async () => {
    const { id } = await ids.createUser(ann, 'console-only', { access_mode: 'console' });
    const key = await ids.createKey(ann, id);
    await expect(iam.authentication.authenticateSignature(signedWith(key))).rejects.toMatchObject({ kind: 'forbidden', code: 'IAM.0081' });
  });

  it('go with all that was theirs, at once', async () => {
    const user = await ids.createUser(ann, 'leaving');
    const group = await ids.createGroup(ann, 'left-behind');
    await ids.groups.keystoneAddUserToGroup({ group_id: group.id, user_id: user.id }, iam.as(ann));
    const key = await ids.createKey(ann, user.id);
    const { token_value: token } = await ids.logIn('acme', 'leaving');
    await expect(iam.authentication.authenticateSignature(signedWith(key))).resolves.toBeDefined();

    await ids.users.keystoneDeleteUser({ user_id: user.id }, iam.as(ann));
    await expect(byToken(token)).rejects.toMatchObject({ reason: 'TOKEN_UNKNOWN' });
    await expect(iam.authentication.authenticateSignature(signedWith(key))).rejects.toMatchObject({ reason: 'ACCESS_KEY_UNKNOWN' });
    await expect(ids.logIn('acme', 'leaving')).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(ids.groups.keystoneListUsersForGroupByAdmin({ group_id: group.id }, iam.as(ann))).resolves.toMatchObject({ users: [] });
    await expect(ids.users.keystoneDeleteUser({ user_id: user.id }, iam.as(ann))).rejects.toMatchObject({ kind: 'not_found' });
    for (const table of ['user_passwords', 'tokens', 'access_keys', 'group_members', 'users']) {
      await expect(iam.sql(`SELECT 1 FROM iam.${table} WHERE user_id = $1`, [user.id])).resolves.toEqual([]);
    }
    await expect(iam.sql('SELECT 1 FROM iam.access_key_secrets WHERE access_key = $1', [key.access])).resolves.toEqual([]);
    await expect(ids.createUser(ann, 'leaving')).resolves.toMatchObject({ name: 'leaving' });
  });

  it('include the owner for ever', async () => {
    await expect(ids.users.keystoneDeleteUser({ user_id: acme.user_id }, iam.as(ann))).rejects.toMatchObject({ kind: 'forbidden', reason: 'OWNER_PROTECTED' });
    await expect(update(acme.user_id, { enabled: false })).rejects.toMatchObject({ reason: 'OWNER_PROTECTED' });
  });

  it('are as many as the quota says, however many are created at the same time', async () => {
    const full = administratorOf(await iam.createAccount('full'));
    await iam.sql(
      `INSERT INTO iam.users (user_id, domain_id, name, name_key, email, roles, status, created_at, updated_at)
       SELECT md5(n::text), $1, 'u' || n, 'u' || n, '', '{}', 'enabled', now(), now() FROM generate_series(1, 48) n`,
      [full.domain_id],
    );
    const attempts = await Promise.allSettled(['one', 'two', 'three'].map((name) => ids.createUser(full, name)));
    const refusals = attempts.filter((attempt) => attempt.status === 'rejected').map(({ reason }) => reason);
    expect(refusals).toHaveLength(2);
    for (const refusal of refusals) expect(refusal).toMatchObject({ kind: 'quota_exceeded', code: '1115', message: expect.stringContaining('quota user of this account is 50') });
    await expect(ids.createUser(ann, 'unaffected')).resolves.toBeDefined();
  });
});
