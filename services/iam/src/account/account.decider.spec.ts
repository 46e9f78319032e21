import { given } from '@windlass/event-store/testing';
import { account, demandedIsolation, type AccountCommand, type AccountEvent, type CreateAccount, type IsolationDemands } from './account.decider.js';

const created: AccountEvent = { type: 'AccountCreated', data: { domainId: 'd1', name: 'acme', isOperator: false } };
const isolation = { account: 'standard', operator: 'standard' } as const;
const active = { status: 'active', domainId: 'd1', name: 'acme', isOperator: false, quotas: {}, isolation } as const;
const create = (name: string): CreateAccount => ({ type: 'CreateAccount', domainId: 'd1', name, isOperator: false });

describe('creating an account', () => {
  it('given nothing, creates it', () => {
    given(account).events([]).when(create('acme')).thenEvents([created]);
    given(account).events([]).when(create('acme')).thenState(active);
  });

  it('given the account, fails', () => {
    given(account).events([created]).when(create('acme')).thenFails('ACCOUNT_EXISTS');
  });

  it.each(['', '1st', '_x', 'a b', 'größe', 'a\n', 'a'.repeat(65)])('refuses the name %j', (name) => {
    given(account).events([]).when(create(name)).thenFails('NAME_INVALID');
  });

  it.each(['a', 'Acme_1-x', 'a'.repeat(64)])('takes the name %j', (name) => {
    given(account).events([]).when(create(name)).thenState({ ...active, name });
  });
});

describe('the status of an account', () => {
  const suspend: AccountCommand = { type: 'SuspendAccount', reason: 'unpaid' };
  const resume: AccountCommand = { type: 'ResumeAccount', reason: 'paid' };
  const close: AccountCommand = { type: 'CloseAccount', reason: 'gone' };
  const event = (type: 'AccountSuspended' | 'AccountResumed' | 'AccountClosed', reason: string): AccountEvent => ({ type, data: { domainId: 'd1', reason, quotas: {}, isolation } });
  const suspended = event('AccountSuspended', 'unpaid');
  const closed = event('AccountClosed', 'gone');

  it('goes from active to suspended and back, and from suspended to closed', () => {
    given(account).events([created]).when(suspend).thenEvents([suspended]);
    given(account).events([created, suspended]).when(resume).thenEvents([event('AccountResumed', 'paid')]);
    given(account).events([created, suspended]).when(close).thenEvents([closed]);
    given(account).events([created, suspended]).when(close).thenState({ ...active, status: 'closed' });
  });

  it('does not change when it is what was asked for', () => {
    given(account).events([created]).when(resume).thenEvents([]);
    given(account).events([created, suspended]).when(suspend).thenEvents([]);
    given(account).events([created, suspended, closed]).when(close).thenEvents([]);
  });

  it('is not closed from active, and closed is final', () => {
    given(account).events([created]).when(close).thenFails('ACCOUNT_ACTIVE');
    given(account).events([created, suspended, closed]).when(resume).thenFails('ACCOUNT_CLOSED');
    given(account).events([created, suspended, closed]).when(suspend).thenFails('ACCOUNT_CLOSED');
    given(account).events([created, suspended, closed]).when(create('acme')).thenFails('ACCOUNT_EXISTS');
  });

  it("never changes for the platform's own account, which alone could change it back", () => {
    given(account).events([{ type: 'AccountCreated', data: { domainId: 'd1', name: 'ops', isOperator: true } }]).when(suspend).thenFails('ACCOUNT_OPERATES');
  });

  it('changes for a reason of a bounded length', () => {
    given(account).events([created]).when({ ...suspend, reason: 'x'.repeat(513) }).thenFails('REASON_INVALID');
    given(account).events([created]).when({ ...suspend, reason: 'a\0b' }).thenFails('REASON_INVALID');
  });

  it('is that of an account only', () => {
    given(account).events([]).when(suspend).thenFails('ACCOUNT_UNKNOWN');
  });
});

describe('the quotas of an account', () => {
  const set = (quotas: Record<string, number>): AccountCommand => ({ type: 'SetQuotas', quotas });
  const were = (quotas: Record<string, number>): AccountEvent => ({ type: 'AccountQuotasSet', data: { domainId: 'd1', status: 'active', quotas, isolation } });

  it('are set by type, and those that are not named stay', () => {
    given(account).events([created]).when(set({ fgs_func_num: 500 })).thenEvents([were({ fgs_func_num: 500 })]);
    given(account).events([created, were({ fgs_func_num: 500 })]).when(set({ CMK: 0 })).thenEvents([were({ fgs_func_num: 500, CMK: 0 })]);
    given(account).events([created, were({ fgs_func_num: 500 })]).when(set({ fgs_func_num: 500 })).thenEvents([]);
  });

  it.each([[{}, 'QUOTAS_MISSING'], [{ nonsense: 1 }, 'QUOTA_UNKNOWN'], [{ toString: 1 }, 'QUOTA_UNKNOWN'], [{ user: -1 }, 'QUOTA_INVALID'], [{ user: 1.5 }, 'QUOTA_INVALID'], [{ user: NaN }, 'QUOTA_INVALID'], [{ user: 1e12 }, 'QUOTA_INVALID']] as const)(
    'are refused as %j',
    (quotas, reason) => {
      given(account).events([created]).when(set(quotas)).thenFails(reason);
    },
  );
});

describe('the isolation that is demanded of an account', () => {
  const demand = (by: 'account' | 'operator', wanted: string): AccountCommand => ({ type: 'DemandIsolation', by, isolation: wanted });
  const demanded = (account: IsolationDemands['account'], operator: IsolationDemands['operator']): AccountEvent => ({
    type: 'AccountIsolationDemanded',
    data: { domainId: 'd1', status: 'active', quotas: {}, isolation: { account, operator } },
  });

  it('is demanded by each on its own, and neither takes back what the other demands', () => {
    given(account).events([created]).when(demand('account', 'strong')).thenEvents([demanded('strong', 'standard')]);
    given(account).events([created, demanded('strong', 'standard')]).when(demand('operator', 'strong')).thenEvents([demanded('strong', 'strong')]);
    given(account).events([created, demanded('strong', 'strong')]).when(demand('account', 'standard')).thenEvents([demanded('standard', 'strong')]);
    given(account).events([created, demanded('strong', 'strong')]).when(demand('account', 'strong')).thenEvents([]);
  });

  it('is strong when either demands it', () => {
    const all = (['standard', 'strong'] as const).flatMap((own) => (['standard', 'strong'] as const).map((operator) => demandedIsolation({ account: own, operator })));
    expect(all).toEqual(['standard', 'strong', 'strong', 'strong']);
  });

  it('is told with every later change of the account', () => {
    const suspended: AccountEvent = { type: 'AccountSuspended', data: { domainId: 'd1', reason: '', quotas: {}, isolation: { account: 'strong', operator: 'standard' } } };
    given(account).events([created, demanded('strong', 'standard')]).when({ type: 'SuspendAccount', reason: '' }).thenEvents([suspended]);
  });

  it('is one of two words, and a closed account has none', () => {
    for (const bad of ['', 'STRONG', 'gvisor']) given(account).events([created]).when(demand('account', bad)).thenFails('ISOLATION_INVALID');
    const closed: AccountEvent = { type: 'AccountClosed', data: { domainId: 'd1', reason: '', quotas: {}, isolation } };
    given(account).events([created, closed]).when(demand('operator', 'strong')).thenFails('ACCOUNT_CLOSED');
  });
});
