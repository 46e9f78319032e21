import { given } from '@windlass/event-store/testing';
import { accessKey, type AccessKeyEvent, type CreateAccessKey } from './access-key.decider.js';
import { newKeyPair } from './key-pair.js';

const pair = { accessKey: 'ABCDEFGHIJ0123456789', secretKey: 'abcdefghijABCDEFGHIJ0123456789abcdefghij' };
const command: CreateAccessKey = { type: 'CreateAccessKey', ...pair, userId: 'u1', domainId: 'd1' };
const created: AccessKeyEvent = { type: 'AccessKeyCreated', data: { accessKey: pair.accessKey, userId: 'u1', domainId: 'd1' } };

describe('creating an access key', () => {
  it('given nothing, creates it, without its secret', () => {
    given(accessKey).events([]).when(command).thenEvents([created]);
  });

  it('given the key, fails', () => {
    given(accessKey).events([created]).when(command).thenFails('ACCESS_KEY_EXISTS');
  });

  it.each([
    { accessKey: 'SHORT' },
    { accessKey: 'abcdefghij0123456789' },
    { secretKey: '' },
    { secretKey: 'abcdefghijABCDEFGHIJ0123456789abcdefghi-' },
  ])('refuses %j', (change) => {
    given(accessKey).events([]).when({ ...command, ...change }).thenFails('ACCESS_KEY_INVALID');
  });

  it('keeps a description that fits', () => {
    const described: AccessKeyEvent = { type: 'AccessKeyDescribed', data: { accessKey: pair.accessKey, description: 'build server' } };
    given(accessKey).events([]).when({ ...command, description: 'build server' }).thenEvents([created, described]);
    given(accessKey).events([]).when({ ...command, description: 'x'.repeat(256) }).thenFails('DESCRIPTION_INVALID');
  });

  it('takes the pairs the service makes, no two of them alike', () => {
    const pairs = Array.from({ length: 100 }, newKeyPair);
    for (const made of pairs) expect(accessKey.decide(accessKey.initial, { ...command, ...made })).toHaveLength(1);
    expect(new Set(pairs.flatMap(Object.values)).size).toBe(200);
  });
});

describe('an access key', () => {
  const data = { accessKey: pair.accessKey };

  it('is deactivated and activated, saying nothing when nothing changes', () => {
    const deactivated: AccessKeyEvent = { type: 'AccessKeyDeactivated', data };
    given(accessKey).events([created]).when({ type: 'ChangeAccessKey', status: 'inactive' }).thenEvents([deactivated]);
    given(accessKey).events([created, deactivated]).when({ type: 'ChangeAccessKey', status: 'inactive' }).thenEvents([]);
    given(accessKey).events([created, deactivated]).when({ type: 'ChangeAccessKey', status: 'active' }).thenEvents([{ type: 'AccessKeyActivated', data }]);
  });

  it('is deleted once, and its id is never given again', () => {
    const deleted: AccessKeyEvent = { type: 'AccessKeyDeleted', data };
    given(accessKey).events([created]).when({ type: 'DeleteAccessKey' }).thenEvents([deleted]);
    given(accessKey).events([created, deleted]).when({ type: 'DeleteAccessKey' }).thenFails('CREDENTIAL_UNKNOWN');
    given(accessKey).events([created, deleted]).when({ type: 'ChangeAccessKey', status: 'active' }).thenFails('CREDENTIAL_UNKNOWN');
    given(accessKey).events([created, deleted]).when(command).thenFails('ACCESS_KEY_EXISTS');
  });
});
