import { fold } from '@windlass/event-store';
import { key, type KeyCommand, type KeyEvent, type NewKey } from './key.decider.js';

const wanted: NewKey = { domainId: 'd1', projectId: 'p1', alias: 'orders', description: '', enterpriseProjectId: '', keySpec: '', keyUsage: '', origin: '' };
const created: KeyEvent = {
  type: 'KeyCreated',
  data: { domainId: 'd1', projectId: 'p1', alias: 'orders', description: '', enterpriseProjectId: '0', keySpec: 'AES_256', keyUsage: 'ENCRYPT_DECRYPT', materialVersion: 1, origin: 'kms', defaultKey: false },
};
const disabled: KeyEvent = { type: 'KeyDisabled', data: {} };
const enabled: KeyEvent = { type: 'KeyEnabled', data: {} };

const decide = (given: KeyEvent[], command: KeyCommand) => key.decide(fold(key, key.initial, given), command);
const create = (fields: Partial<NewKey> = {}) => decide([], { kind: 'create', ...wanted, ...fields });

describe('a key', () => {
  it('is created with defaults for what is not said, and no event holds its material', () => {
    expect(create()).toEqual([created]);
    expect(create({ keySpec: 'AES_256', keyUsage: 'ENCRYPT_DECRYPT', origin: 'kms', enterpriseProjectId: '0' })).toEqual([created]);
  });

  it.each<[string, Partial<NewKey>]>([
    ['KMS.1101', { alias: '' }],
    ['KMS.1101', { alias: 'a b' }],
    ['KMS.1101', { alias: 'x'.repeat(256) }],
    ['KMS.1101', { alias: 'functiongraph/default' }],
    ['KMS.1103', { description: 'x'.repeat(256) }],
    ['KMS.0308', { keySpec: 'SM2' }],
    ['KMS.0308', { keySpec: 'ED25519' }],
    ['KMS.0308', { keySpec: 'RSA_2048', keyUsage: 'ENCRYPT_DECRYPT' }],
    ['KMS.0308', { keyUsage: 'SIGN_VERIFY' }],
    ['KMS.0308', { origin: 'external' }],
    ['KMS.0308', { enterpriseProjectId: 'mine' }],
  ])('is refused with %s for %j', (code, fields) => {
    expect(() => create(fields)).toThrow(expect.objectContaining({ kind: 'invalid', code }));
  });

  it('says which specs there are', () => {
    expect(() => create({ keySpec: 'SM4' })).toThrow('it is one of AES_256, RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P384: nothing else is available here.');
  });

  it.each(['RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_P256', 'EC_P384'])('of spec %s signs', (keySpec) => {
    expect(create({ keySpec })).toEqual([{ ...created, data: { ...created.data, keySpec, keyUsage: 'SIGN_VERIFY' } }]);
    expect(create({ keySpec, keyUsage: 'SIGN_VERIFY' })).toEqual(create({ keySpec }));
  });

  it('is disabled and enabled in turns', () => {
    expect(decide([created], { kind: 'disable' })).toEqual([disabled]);
    expect(decide([created, disabled], { kind: 'enable' })).toEqual([enabled]);
    expect(() => decide([created, disabled, enabled], { kind: 'enable' })).toThrow(expect.objectContaining({ code: 'KMS.1201' }));
    expect(() => decide([created, disabled], { kind: 'disable' })).toThrow(expect.objectContaining({ code: 'KMS.1301' }));
  });

  it('that never was is not found', () => {
    for (const kind of ['enable', 'disable'] as const) expect(() => decide([], { kind })).toThrow(expect.objectContaining({ kind: 'not_found', code: 'KMS.0207' }));
  });
});
