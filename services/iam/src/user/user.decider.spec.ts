import { given } from '@windlass/event-store/testing';
import { user, type CreateUser, type UserEvent } from './user.decider.js';

const command: CreateUser = {
  type: 'CreateUser',
  userId: 'u1',
  domainId: 'd1',
  name: 'administrator-1',
  email: 'a@example.org',
  roles: ['te_admin'],
  password: 'correct horse',
};
const created: readonly UserEvent[] = [
  { type: 'UserCreated', data: { userId: 'u1', domainId: 'd1', name: 'administrator-1', email: 'a@example.org', roles: ['te_admin'] } },
  { type: 'PasswordSet', data: { userId: 'u1' } },
];
const create = (change: Partial<CreateUser> = {}): CreateUser => ({ ...command, ...change });

describe('creating a user', () => {
  it('given nothing, creates it and says that a password was set, without the password', () => {
    given(user).events([]).when(create()).thenEvents(created);
    expect(JSON.stringify(user.decide(user.initial, create()))).not.toContain(command.password);
  });

  it('given the user, fails', () => {
    given(user).events(created).when(create()).thenFails('USER_EXISTS');
  });

  it('refuses a name an account could not have either', () => {
    given(user).events([]).when(create({ name: 'a b' })).thenFails('NAME_INVALID');
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
    given(user).events([]).when(create({ password })).thenEvents(created);
  });

  it.each(['nobody', 'a@', '@b', 'a b@c', `${'x'.repeat(250)}@host`])('refuses the e-mail address "%s"', (email) => {
    given(user).events([]).when(create({ email })).thenFails('EMAIL_INVALID');
  });

  it('needs no e-mail address', () => {
    given(user).events([]).when(create({ email: '' })).thenState({ status: 'enabled', userId: 'u1', name: 'administrator-1' });
  });
});
