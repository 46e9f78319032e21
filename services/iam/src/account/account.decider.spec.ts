import { given } from '@windlass/event-store/testing';
import { account, type AccountEvent, type CreateAccount } from './account.decider.js';

const created: AccountEvent = { type: 'AccountCreated', data: { domainId: 'd1', name: 'acme', isOperator: false } };
const create = (name: string): CreateAccount => ({ type: 'CreateAccount', domainId: 'd1', name, isOperator: false });

describe('creating an account', () => {
  it('given nothing, creates it', () => {
    given(account).events([]).when(create('acme')).thenEvents([created]);
    given(account).events([]).when(create('acme')).thenState({ status: 'active', domainId: 'd1', name: 'acme' });
  });

  it('given the account, fails', () => {
    given(account).events([created]).when(create('acme')).thenFails('ACCOUNT_EXISTS');
  });

  it.each(['', '1st', '_x', 'a b', 'größe', 'a\n', 'a'.repeat(65)])('refuses the name %j', (name) => {
    given(account).events([]).when(create(name)).thenFails('NAME_INVALID');
  });

  it.each(['a', 'Acme_1-x', 'a'.repeat(64)])('takes the name %j', (name) => {
    given(account).events([]).when(create(name)).thenState({ status: 'active', domainId: 'd1', name });
  });
});
