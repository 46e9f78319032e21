import { given } from '@windlass/event-store/testing';
import { group, type CreateGroup, type GroupEvent } from './group.decider.js';

const command: CreateGroup = { type: 'CreateGroup', groupId: 'g1', domainId: 'd1', name: 'developers', description: '' };
const created: GroupEvent = { type: 'GroupCreated', data: { groupId: 'g1', domainId: 'd1', name: 'developers', description: '' } };
const added: GroupEvent = { type: 'GroupMemberAdded', data: { groupId: 'g1', userId: 'u1' } };
const removed: GroupEvent = { type: 'GroupMemberRemoved', data: { groupId: 'g1', userId: 'u1' } };
const deleted: GroupEvent = { type: 'GroupDeleted', data: { groupId: 'g1' } };

describe('a group', () => {
  it('is created once', () => {
    given(group).events([]).when(command).thenEvents([created]);
    given(group).events([created]).when(command).thenFails('GROUP_EXISTS');
  });

  it.each([
    ['NAME_INVALID', { name: '' }],
    ['NAME_INVALID', { name: 'größe' }],
    ['DESCRIPTION_INVALID', { description: 'x'.repeat(256) }],
  ])('is refused as %s: %j', (reason, change) => {
    given(group).events([]).when({ ...command, ...change }).thenFails(reason);
    given(group).events([created]).when({ type: 'ChangeGroup', ...change }).thenFails(reason);
  });

  it('changes in what is named', () => {
    const changed: GroupEvent = { type: 'GroupChanged', data: { groupId: 'g1', name: 'developers', description: 'all' } };
    given(group).events([created]).when({ type: 'ChangeGroup', description: 'all' }).thenEvents([changed]);
    given(group).events([created, changed]).when({ type: 'ChangeGroup', description: 'all', name: 'developers' }).thenEvents([]);
  });

  it('has each member once', () => {
    given(group).events([created]).when({ type: 'AddMember', userId: 'u1' }).thenEvents([added]);
    given(group).events([created, added]).when({ type: 'AddMember', userId: 'u1' }).thenEvents([]);
    given(group).events([created, added, removed]).when({ type: 'AddMember', userId: 'u1' }).thenEvents([added]);
  });

  it('loses members only', () => {
    given(group).events([created, added]).when({ type: 'RemoveMember', userId: 'u1' }).thenEvents([removed]);
    given(group).events([created, added, removed]).when({ type: 'RemoveMember', userId: 'u1' }).thenFails('NOT_A_MEMBER');
  });

  it('is deleted once and takes no command then', () => {
    given(group).events([created, added]).when({ type: 'DeleteGroup' }).thenEvents([deleted]);
    given(group).events([created, deleted]).when({ type: 'DeleteGroup' }).thenFails('GROUP_UNKNOWN');
    given(group).events([created, deleted]).when({ type: 'AddMember', userId: 'u1' }).thenFails('GROUP_UNKNOWN');
  });
});
