import { given } from '@windlass/event-store/testing';
import { grant, grantStream, type GrantEvent } from './grant.decider.js';

const key = { subject: { type: 'group', id: 'g1' }, scope: { type: 'project', projectId: 'p1' }, roleId: 'r1' } as const;
const given1: GrantEvent = { type: 'GrantGiven', data: { domainId: 'd1', ...key } };
const taken: GrantEvent = { type: 'GrantTaken', data: { domainId: 'd1', ...key } };
const give = { type: 'GiveGrant', domainId: 'd1', ...key } as const;
const take = { type: 'TakeGrant', domainId: 'd1', ...key } as const;

describe('a grant', () => {
  it('is given once, however often it is asked for', () => {
    given(grant).events([]).when(give).thenEvents([given1]);
    given(grant).events([given1]).when(give).thenEvents([]);
  });

  it('is taken once, and only when it was given', () => {
    given(grant).events([given1]).when(take).thenEvents([taken]);
    given(grant).events([]).when(take).thenEvents([]);
    given(grant).events([given1, taken]).when(take).thenEvents([]);
  });

  it('can be given again', () => {
    given(grant).events([given1, taken]).when(give).thenEvents([given1]);
  });

  it('has a stream of its own for each account, subject, scope and role', () => {
    const streams = [
      grantStream('d1', key),
      grantStream('d2', key),
      grantStream('d1', { ...key, subject: { type: 'user', id: 'g1' } }),
      grantStream('d1', { ...key, scope: { type: 'enterprise_project', enterpriseProjectId: 'p1' } }),
      grantStream('d1', { ...key, scope: { type: 'domain' } }),
      grantStream('d1', { ...key, scope: { type: 'all_projects' } }),
      grantStream('d1', { ...key, roleId: 'r2' }),
    ];
    expect(new Set(streams).size).toBe(streams.length);
  });
});
