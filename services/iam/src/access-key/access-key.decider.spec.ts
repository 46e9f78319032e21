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

  it('takes the pairs the service makes, no two of them alike', () => {
    const pairs = Array.from({ length: 100 }, newKeyPair);
    for (const made of pairs) expect(accessKey.decide(accessKey.initial, { ...command, ...made })).toHaveLength(1);
    expect(new Set(pairs.flatMap(Object.values)).size).toBe(200);
  });
});
