import { UpdatePermanentAccessKeyRequest } from '@windlass/contracts/iam/v1/access_key_service';
import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { UpdateUserRequest } from '@windlass/contracts/iam/v1/user_service';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { administratorOf, identitiesOf, principalOf, signedWith } from '../testing/identities.js';
import { RunningIam } from '../testing/running-iam.js';

describe('access keys', () => {
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

  const authenticate = (key: { access: string; secret: string }) => iam.authentication.authenticateSignature(signedWith(key));
  const update = (access_key: string, credential: object, caller: Principal) =>
    ids.accessKeys.updatePermanentAccessKey(UpdatePermanentAccessKeyRequest.fromPartial({ access_key, credential }), iam.as(caller));

  it('are a user\'s own: made, shown without the secret, changed and deleted by it', async () => {
    const bob = principalOf(acme, await ids.createUser(ann, 'bob'));
    const key = await ids.createKey(bob);
    expect(key).toMatchObject({ user_id: bob.user_id, status: 'active', secret: expect.stringMatching(/^[A-Za-z0-9]{40}$/) });
    await expect(authenticate(key)).resolves.toMatchObject({ principal: { user_id: bob.user_id, access_key: key.access, agency_id: '' } });
    const shown = await ids.accessKeys.showPermanentAccessKey({ access_key: key.access }, iam.as(bob));
    expect(shown.credential).toMatchObject({ access: key.access, last_use_time: expect.stringMatching(/^\d{4}-.*\d{6}Z$/) });
    expect(JSON.stringify(shown)).not.toContain(key.secret);
    await expect(ids.accessKeys.listPermanentAccessKeys({ user_id: '' }, iam.as(bob))).resolves.toMatchObject({ credentials: [{ access: key.access }] });

    await expect(update(key.access, { status: 'inactive', description: 'old' }, bob)).resolves.toMatchObject({ credential: { status: 'inactive', description: 'old' } });
    await expect(authenticate(key)).rejects.toMatchObject({ reason: 'ACCESS_KEY_INACTIVE' });
    await update(key.access, { status: 'active' }, bob);
    await expect(authenticate(key)).resolves.toBeDefined();
    await expect(update(key.access, { status: 'lost' }, bob)).rejects.toMatchObject({ kind: 'invalid', reason: 'STATUS_INVALID' });

    await ids.accessKeys.deletePermanentAccessKey({ access_key: key.access }, iam.as(bob));
    await expect(authenticate(key)).rejects.toMatchObject({ reason: 'ACCESS_KEY_UNKNOWN' });
    await expect(ids.accessKeys.showPermanentAccessKey({ access_key: key.access }, iam.as(bob))).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('are two a user at most, however many are asked for at the same time', async () => {
    const bob = principalOf(acme, await ids.createUser(ann, 'greedy'));
    const attempts = await Promise.allSettled(Array.from({ length: 4 }, () => ids.createKey(bob)));
    const refusals = attempts.filter((attempt) => attempt.status === 'rejected').map(({ reason }) => reason);
    expect(refusals).toHaveLength(2);
    for (const refusal of refusals) expect(refusal).toMatchObject({ kind: 'invalid', message: expect.stringMatching(/^akSkNumExceed/) });
  });

  it('of others take permission, and those of another account are not there', async () => {
    const [bob, eve] = [principalOf(acme, await ids.createUser(ann, 'owner')), principalOf(acme, await ids.createUser(ann, 'eve'))];
    const key = await ids.createKey(ann, bob.user_id);
    expect(key.user_id).toBe(bob.user_id);
    const forbidden = { kind: 'forbidden', reason: 'ACTION_DENIED' };
    await expect(ids.createKey(eve, bob.user_id)).rejects.toMatchObject(forbidden);
    await expect(ids.accessKeys.listPermanentAccessKeys({ user_id: bob.user_id }, iam.as(eve))).rejects.toMatchObject(forbidden);
    await expect(ids.accessKeys.deletePermanentAccessKey({ access_key: key.access }, iam.as(eve))).rejects.toMatchObject(forbidden);
    for (const attempt of [
      () => ids.createKey(stranger, bob.user_id),
      () => ids.accessKeys.listPermanentAccessKeys({ user_id: bob.user_id }, iam.as(stranger)),
      () => ids.accessKeys.showPermanentAccessKey({ access_key: key.access }, iam.as(stranger)),
      () => update(key.access, { status: 'inactive' }, stranger),
      () => ids.accessKeys.deletePermanentAccessKey({ access_key: key.access }, iam.as(stranger)),
      () => ids.accessKeys.showPermanentAccessKey({ access_key: 'no\0key' }, iam.as(ann)),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ kind: 'not_found' });
    }
    await ids.accessKeys.deletePermanentAccessKey({ access_key: key.access }, iam.as(ann));
  });

  it('of the owner of an account are made and changed by it alone, whoever else may manage users', async () => {
    const manager = await ids.createUser(ann, 'manager');
    await iam.sql("UPDATE iam.users SET roles = '{te_admin}' WHERE user_id = $1", [manager.id]);
    const caller = principalOf(acme, manager);
    const refused = { kind: 'forbidden', reason: 'OWNER_PROTECTED' };
    await expect(ids.createKey(caller, acme.user_id)).rejects.toMatchObject(refused);
    await expect(update(acme.access_key, { status: 'inactive' }, caller)).rejects.toMatchObject(refused);
    await expect(ids.accessKeys.deletePermanentAccessKey({ access_key: acme.access_key }, iam.as(caller))).rejects.toMatchObject(refused);
    const password = UpdateUserRequest.fromPartial({ user_id: acme.user_id, user: { password: 'stolen horse 1' } });
    await expect(ids.users.updateUser(password, iam.as(caller))).rejects.toMatchObject(refused);
    await expect(ids.createKey(ann)).resolves.toMatchObject({ user_id: acme.user_id });
  });

  it('are marked as used once a quarter of an hour at most', async () => {
    const key = { access: acme.access_key, secret: acme.secret_key };
    const usedAt = async () => (await iam.sql<{ used_at: Date }>('SELECT used_at FROM iam.access_key_uses WHERE access_key = $1', [key.access]))[0]?.used_at;
    await authenticate(key);
    const first = await usedAt();
    await authenticate(key);
    expect(await usedAt()).toEqual(first);
    await iam.sql("UPDATE iam.access_key_uses SET used_at = used_at - interval '15 minutes' WHERE access_key = $1", [key.access]);
    await authenticate(key);
    expect((await usedAt())!.getTime()).toBeGreaterThanOrEqual(first!.getTime());
  });
});
