import { KnownAccounts } from '@windlass/accounts';
import { AccountAdmission } from './account-admission.js';

describe('the admission of accounts', () => {
  let accounts: KnownAccounts;
  let admission: AccountAdmission;

  beforeEach(() => {
    accounts = new KnownAccounts();
    admission = new AccountAdmission(accounts);
  });

  const entered = (domainId: string, times: number) => {
    for (let index = 0; index < times; index += 1) admission.enter(domainId);
  };

  it('lets 100 requests of an account in at once, and the next one when one has left', () => {
    entered('a', 100);
    expect(() => admission.enter('a')).toThrow(expect.objectContaining({ outcome: { kind: 'ACCOUNT_AT_LIMIT', domainId: 'a', limit: 100 } }));
    admission.leave('a');
    admission.enter('a');
  });

  it('counts each account for itself', () => {
    entered('a', 100);
    entered('b', 100);
    expect(() => admission.enter('c')).not.toThrow();
  });

  it('takes the quota an operator set from that moment on, for requests that come', () => {
    accounts.learn({ domainId: 'a', status: 'active', quotas: { fgs_func_qos_limit: 2 }, isolation: 'standard' });
    entered('a', 2);
    expect(() => admission.enter('a')).toThrow('ACCOUNT_AT_LIMIT');
    accounts.learn({ domainId: 'a', status: 'active', quotas: { fgs_func_qos_limit: 3 }, isolation: 'standard' });
    admission.enter('a');
    accounts.learn({ domainId: 'a', status: 'active', quotas: { fgs_func_qos_limit: 0 }, isolation: 'standard' });
    for (let left = 0; left < 3; left += 1) admission.leave('a');
    expect(() => admission.enter('a')).toThrow('ACCOUNT_AT_LIMIT');
  });

  it.each(['suspended', 'closed'] as const)('lets nothing of a %s account in, and everything again when it is active', (status) => {
    accounts.learn({ domainId: 'a', status, quotas: {}, isolation: 'standard' });
    expect(() => admission.enter('a')).toThrow(expect.objectContaining({ outcome: { kind: 'ACCOUNT_NOT_ACTIVE', status } }));
    expect(() => admission.enter('b')).not.toThrow();
    accounts.learn({ domainId: 'a', status: 'active', quotas: {}, isolation: 'standard' });
    expect(() => admission.enter('a')).not.toThrow();
  });
});
