import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { KeystoneListGroupsRequest, KeystoneUpdateGroupRequest } from '@windlass/contracts/iam/v1/group_service';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { administratorOf, identitiesOf, principalOf } from '../testing/identities.js';
import { RunningIam } from '../testing/running-iam.js';

describe('groups', () => {
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

  it('are created, changed, listed and deleted', async () => {
    const { id, ...group } = await ids.createGroup(ann, 'developers');
    expect(group).toEqual({
      name: 'developers',
      domain_id: acme.domain_id,
      description: '',
      create_time: expect.any(Number),
      links: { self: `http://127.0.0.1:7400/v3/groups/${id}`, next: undefined, previous: undefined },
    });
    const change = KeystoneUpdateGroupRequest.fromPartial({ group_id: id, group: { description: 'all of them' } });
    await expect(ids.groups.keystoneUpdateGroup(change, iam.as(ann))).resolves.toMatchObject({ group: { name: 'developers', description: 'all of them' } });
    const list = (filter: object) => ids.groups.keystoneListGroups(KeystoneListGroupsRequest.fromPartial(filter), iam.as(ann));
    await expect(list({ name: 'Developers' })).resolves.toMatchObject({ groups: [{ id }] });
    await expect(list({ name: 'nobody' })).resolves.toMatchObject({ groups: [] });
    await ids.groups.keystoneDeleteGroup({ group_id: id }, iam.as(ann));
    await expect(ids.groups.keystoneShowGroup({ group_id: id }, iam.as(ann))).rejects.toMatchObject({ kind: 'not_found', reason: 'GROUP_UNKNOWN' });
    await expect(ids.createGroup(ann, 'developers')).resolves.toBeDefined();
  });

  it('have names of their own within the account', async () => {
    await ids.createGroup(ann, 'Single');
    await expect(ids.createGroup(ann, 'sINGLE')).rejects.toMatchObject({ kind: 'conflict', reason: 'GROUP_EXISTS' });
    await expect(ids.createGroup(stranger, 'Single')).resolves.toBeDefined();
  });

  it('have users, who know their groups', async () => {
    const group = await ids.createGroup(ann, 'with users');
    const user = await ids.createUser(ann, 'bob');
    const membership = { group_id: group.id, user_id: user.id };
    await expect(ids.groups.keystoneCheckUserInGroup(membership, iam.as(ann))).rejects.toMatchObject({ kind: 'not_found', reason: 'NOT_A_MEMBER' });
    await ids.groups.keystoneAddUserToGroup(membership, iam.as(ann));
    await ids.groups.keystoneAddUserToGroup(membership, iam.as(ann));
    await ids.groups.keystoneCheckUserInGroup(membership, iam.as(ann));
    await expect(ids.groups.keystoneListUsersForGroupByAdmin({ group_id: group.id }, iam.as(ann))).resolves.toMatchObject({ users: [{ id: user.id }] });
    const bob = principalOf(acme, user);
    await expect(ids.groups.keystoneListGroupsForUser({ user_id: user.id }, iam.as(bob))).resolves.toMatchObject({ groups: [{ id: group.id }] });
    await expect(ids.groups.keystoneListGroupsForUser({ user_id: acme.user_id }, iam.as(bob))).rejects.toMatchObject({ kind: 'forbidden' });
    await ids.groups.keystoneRemoveUserFromGroup(membership, iam.as(ann));
    await expect(ids.groups.keystoneRemoveUserFromGroup(membership, iam.as(ann))).rejects.toMatchObject({ kind: 'not_found', reason: 'NOT_A_MEMBER' });
  });

  it('take users of their own account only, and are nothing to another', async () => {
    const group = await ids.createGroup(ann, 'own');
    await expect(ids.groups.keystoneAddUserToGroup({ group_id: group.id, user_id: stranger.user_id }, iam.as(ann))).rejects.toMatchObject({ reason: 'USER_UNKNOWN' });
    const membership = { group_id: group.id, user_id: stranger.user_id };
    for (const attempt of [
      () => ids.groups.keystoneShowGroup({ group_id: group.id }, iam.as(stranger)),
      () => ids.groups.keystoneDeleteGroup({ group_id: group.id }, iam.as(stranger)),
      () => ids.groups.keystoneAddUserToGroup(membership, iam.as(stranger)),
      () => ids.groups.keystoneCheckUserInGroup(membership, iam.as(stranger)),
      () => ids.groups.keystoneListUsersForGroupByAdmin({ group_id: group.id }, iam.as(stranger)),
      () => ids.groups.keystoneShowGroup({ group_id: 'no\0group' }, iam.as(ann)),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ kind: 'not_found', reason: 'GROUP_UNKNOWN' });
    }
  });

  it('lose a user who is deleted while it is added', async () => {
    const group = await ids.createGroup(ann, 'contended');
    const user = await ids.createUser(ann, 'fleeting');
    await Promise.allSettled([
      ids.groups.keystoneAddUserToGroup({ group_id: group.id, user_id: user.id }, iam.as(ann)),
      ids.users.keystoneDeleteUser({ user_id: user.id }, iam.as(ann)),
    ]);
    await expect(iam.sql('SELECT 1 FROM iam.group_members WHERE user_id = $1', [user.id])).resolves.toEqual([]);
  });

  it('are at most twenty', async () => {
    const full = administratorOf(await iam.createAccount('full'));
    for (let number = 1; number <= 20; number++) await ids.createGroup(full, `group ${number}`);
    await expect(ids.createGroup(full, 'one more')).rejects.toMatchObject({ kind: 'quota_exceeded' });
  });
});
