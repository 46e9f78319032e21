import { describeRequest, type Caller } from './describe-request.js';
import { formatResourceName } from './resource.js';

const caller: Caller = { domainId: 'd1', domainName: 'acme', userId: 'u1', userName: 'ann', projectName: 'local-1' };
const now = new Date('2026-01-02T03:04:05Z');
const named = (action: string, resource: string, from = caller) => formatResourceName(describeRequest({ action, resource, caller: from, now }).resource);

describe('a request, as policies see it', () => {
  it.each([
    ['functiongraph:function:create', 'function:default/hello', 'functiongraph:local-1:d1:function:default/hello'],
    ['lts:groups:list', 'group:*', 'lts:local-1:d1:group:*'],
    ['iam:users:getUser', 'user/u2', 'iam:local-1:d1:user:u2'],
    ['kms:cmk:get', 'KeyId:a:b', 'kms:local-1:d1:KeyId:a:b'],
    ['kms:cmk:get', 'quota', 'kms:local-1:d1:quota:'],
    // However many colons a path has, it does not become the name of another resource.
    ['kms:cmk:get', 'KeyId:a:b:c:d', 'kms:local-1:d1:KeyId:a:b:c:d'],
    ['kms:cmk:get', 'kms:r2:d2:KeyId:k', 'kms:local-1:d1:kms:r2:d2:KeyId:k'],
  ])('%s on %s is about %s', (action, resource, name) => {
    expect(named(action, resource)).toBe(name);
  });

  it('is about the resource that is named in full', () => {
    const resource = { service: 'kms', region: 'r2', domain: 'd2', type: 'KeyId', path: 'k' };
    expect(describeRequest({ action: 'kms:cmk:get', resource, caller, now }).resource).toEqual(resource);
  });

  it('is in the region that its project belongs to, or in none', () => {
    expect(named('a:b:c', 'd:e', { ...caller, projectName: 'local-1_dev' })).toBe('a:local-1:d1:d:e');
    expect(named('a:b:c', 'd:e', { ...caller, projectName: '' })).toBe('a::d1:d:e');
  });

  it('has the global keys that apply, and others that win over them', () => {
    expect(describeRequest({ action: 'a:b:c', resource: 'd:e', caller: { ...caller, userId: '', userName: '' }, now, context: { 'g:MFAPresent': 'true' } }).context).toEqual({
      'g:CurrentTime': '2026-01-02T03:04:05.000Z',
      'g:ServiceName': 'a',
      'g:DomainName': 'acme',
      'g:ProjectName': 'local-1',
      'g:MFAPresent': 'true',
    });
  });
});
