import { given } from '@windlass/event-store/testing';
import { NO_DETAILS, type UserDetails } from './user-details.js';
import { user, type CreateUser, type UserEvent } from './user.decider.js';

const command: CreateUser = {
  type: 'CreateUser',
  userId: 'u1',
  domainId: 'd1',
  name: 'administrator-1',
  roles: [],
  details: { ...NO_DETAILS, email: 'a@example.org' },
  enabled: true,
  password: 'correct horse',
};
const created: UserEvent = { type: 'UserCreated', data: { userId: 'u1', domainId: 'd1', name: 'administrator-1', email: 'a@example.org', roles: [] } };
const passwordSet: UserEvent = { type: 'PasswordSet', data: { userId: 'u1' } };
const disabled: UserEvent = { type: 'UserDisabled', data: { userId: 'u1' } };
const owner: UserEvent = { ...created, data: { ...created.data, roles: ['te_admin'] } };
const create = (change: Partial<CreateUser> = {}): CreateUser => ({ ...command, ...change });
const withDetails = (details: Partial<UserDetails>): CreateUser => create({ details: { ...command.details, ...details } });

describe('creating a user', () => {
  it('given nothing, creates it and says that a password was set, without the password', () => {
    given(user).events([]).when(create()).thenEvents([created, passwordSet]);
    expect(JSON.stringify(user.decide(user.initial, create()))).not.toContain(command.password);
  });

  it('needs no password and no e-mail address', () => {
    const bare = create({ password: undefined, details: NO_DETAILS });
    given(user).events([]).when(bare).thenEvents([{ ...created, data: { ...created.data, email: '' } }]);
  });

  it('tells what else is known of it, and that it is disabled', () => {
    const details: UserDetails = { ...command.details, areaCode: '0086', phone: '123', description: 'größer', accessMode: 'programmatic', mustChangePassword: true };
    const described: UserEvent = { type: 'UserDescribed', data: { userId: 'u1', name: 'administrator-1', ...details } };
    given(user).events([]).when(create({ details, enabled: false })).thenEvents([created, described, passwordSet, disabled]);
  });

  it('given the user, fails', () => {
    given(user).events([created]).when(create()).thenFails('USER_EXISTS');
  });

  it.each(['', '1st', ' a', 'a/b', 'größe', 'a\n', 'аnn', 'a'.repeat(65)])('refuses the name %j', (name) => {
    given(user).events([]).when(create({ name })).thenFails('NAME_INVALID');
  });

  it.each(['a', 'Ann Lee', 'a.b-c_d', '-x', 'a'.repeat(64)])('takes the name %j', (name) => {
    given(user).events([]).when(create({ name })).thenEvents([{ ...created, data: { ...created.data, name } }, passwordSet]);
  });

  it.each([
    ['too short', 'aB3$567'],
    ['too long', `aB3$${'x'.repeat(125)}`],
    ['of one class', 'abcdefghij'],
    ['the user name', 'Administrator-1'],
    ['the user name backwards', '1-rotartsinimda'],
  ])('refuses a password that is %s', (_why, password) => {
    given(user).events([]).when(create({ password })).thenFails('PASSWORD_WEAK');
  });

  it.each(['abcdefg1', 'ABCDEFGh', '1234567 ', 'ключ1234'])('takes the password "%s"', (password) => {
    given(user).events([]).when(create({ password })).thenEvents([created, passwordSet]);
  });

  it.each<[string, Partial<UserDetails>]>([
    ['EMAIL_INVALID', { email: 'nobody' }],
    ['EMAIL_INVALID', { email: 'a@' }],
    ['EMAIL_INVALID', { email: 'a b@c' }],
    ['EMAIL_INVALID', { email: 'a@b\0c' }],
    ['EMAIL_INVALID', { email: `${'x'.repeat(251)}@host` }],
    ['PHONE_INVALID', { phone: '123' }],
    ['PHONE_INVALID', { areaCode: '0086' }],
    ['PHONE_INVALID', { areaCode: '0086', phone: '1'.repeat(33) }],
    ['DESCRIPTION_INVALID', { description: 'x'.repeat(256) }],
    ['DESCRIPTION_INVALID', { description: 'a\nb' }],
    ['ACCESS_MODE_INVALID', { accessMode: 'any' as never }],
    ['EXTERNAL_ID_INVALID', { externalId: 'a b' }],
  ])('fails as %s for %j', (reason, details) => {
    given(user).events([]).when(withDetails(details)).thenFails(reason);
  });
});

describe('changing a user', () => {
  it('keeps what is not named, and says nothing when nothing changes', () => {
    given(user).events([created]).when({ type: 'ChangeUser', details: {} }).thenEvents([]);
    given(user).events([created]).when({ type: 'ChangeUser', details: { email: 'a@example.org' }, enabled: true }).thenEvents([]);
    const described: UserEvent = { type: 'UserDescribed', data: { userId: 'u1', name: 'ann', ...command.details } };
    given(user).events([created]).when({ type: 'ChangeUser', name: 'ann', details: {} }).thenEvents([described]);
  });

  it('disables and enables it', () => {
    given(user).events([created]).when({ type: 'ChangeUser', details: {}, enabled: false }).thenEvents([disabled]);
    given(user).events([created, disabled]).when({ type: 'ChangeUser', details: {}, enabled: true }).thenEvents([{ type: 'UserEnabled', data: { userId: 'u1' } }]);
  });

  it('sets a password that the policy accepts', () => {
    given(user).events([created]).when({ type: 'ChangeUser', details: {}, password: 'correct horse 2' }).thenEvents([passwordSet]);
    given(user).events([created]).when({ type: 'ChangeUser', details: {}, password: 'administrator-1' }).thenFails('PASSWORD_WEAK');
  });

  it('does not judge again a name that was good before', () => {
    const old: UserEvent = { ...created, data: { ...created.data, name: '1st' } };
    given(user).events([old]).when({ type: 'ChangeUser', name: '1st', details: {}, enabled: false }).thenEvents([disabled]);
  });
});

describe('a changed own password', () => {
  it('is not one that must be changed', () => {
    const details = { ...command.details, mustChangePassword: true };
    const described: UserEvent = { type: 'UserDescribed', data: { userId: 'u1', name: 'administrator-1', ...details } };
    given(user)
      .events([created, described])
      .when({ type: 'ChangeOwnPassword', password: 'correct horse 2' })
      .thenEvents([{ ...described, data: { ...described.data, mustChangePassword: false } }, passwordSet]);
  });
});

describe('deleting a user', () => {
  const deleted: UserEvent = { type: 'UserDeleted', data: { userId: 'u1' } };

  it('happens once', () => {
    given(user).events([created]).when({ type: 'DeleteUser' }).thenEvents([deleted]);
    given(user).events([created, deleted]).when({ type: 'DeleteUser' }).thenFails('USER_UNKNOWN');
    given(user).events([created, deleted]).when({ type: 'ChangeUser', details: {} }).thenFails('USER_UNKNOWN');
  });

  it('does not happen to the owner of the account, who cannot be disabled either', () => {
    given(user).events([owner]).when({ type: 'DeleteUser' }).thenFails('OWNER_PROTECTED');
    given(user).events([owner]).when({ type: 'ChangeUser', details: {}, enabled: false }).thenFails('OWNER_PROTECTED');
  });
});
