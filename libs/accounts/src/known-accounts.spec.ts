import { howToRaise, isQuotaType, KnownAccounts, standingOf } from './index.js';

describe('known accounts', () => {
  it('are active with the preset quotas until something else is heard, and again when that is over', () => {
    const accounts = new KnownAccounts();
    expect([accounts.statusOf('a'), accounts.quotaOf('a', 'user')]).toEqual(['active', 50]);
    accounts.learn({ domainId: 'a', status: 'suspended', quotas: { user: 7 }, isolation: 'standard' });
    expect([accounts.statusOf('a'), accounts.quotaOf('a', 'user'), accounts.quotaOf('a', 'CMK')]).toEqual(['suspended', 7, 100]);
    expect(accounts.statusOf('b')).toBe('active');
    accounts.learn({ domainId: 'a', status: 'active', quotas: {}, isolation: 'standard' });
    expect([accounts.statusOf('a'), accounts.quotaOf('a', 'user')]).toEqual(['active', 50]);
  });

  it('leave the isolation to each function, unless it is demanded', () => {
    const accounts = new KnownAccounts();
    expect(accounts.isolationOf('a')).toBe('standard');
    accounts.learn({ domainId: 'a', status: 'active', quotas: {}, isolation: 'strong' });
    expect([accounts.isolationOf('a'), accounts.isolationOf('b')]).toEqual(['strong', 'standard']);
    accounts.learn({ domainId: 'a', status: 'active', quotas: {}, isolation: 'standard' });
    expect(accounts.isolationOf('a')).toBe('standard');
  });
});

describe('a published account', () => {
  it('lets nobody in under a status that is not known here', () => {
    expect(standingOf({ domain_id: 'a', status: 'frozen', quotas: {}, isolation: '', revision: 0 }).status).toBe('suspended');
  });

  it.each([['', 'standard'], ['standard', 'standard'], ['strong', 'strong'], ['of a later release', 'strong']] as const)('that demands the isolation %j is held to %s', (isolation, held) => {
    expect(standingOf({ domain_id: 'a', status: 'active', quotas: {}, isolation, revision: 0 }).isolation).toBe(held);
  });

  it('is read without quotas that are not known here', () => {
    expect(standingOf({ domain_id: 'a', status: 'active', quotas: { user: 1, novel: 2, toString: 3 }, isolation: '', revision: 0 }).quotas).toEqual({ user: 1 });
  });
});

describe('a refusal for want of quota', () => {
  it('names the quota, its value and who raises it how', () => {
    expect(howToRaise('CMK', 5, 'd1')).toMatch(/CMK of this account is 5 keys.*operator.*PUT \/windlass\/v1\/admin\/accounts\/d1\/quotas/);
  });

  it('is for quotas that exist', () => {
    expect([isQuotaType('CMK'), isQuotaType('constructor')]).toEqual([true, false]);
  });
});
