import { fold } from '@windlass/event-store';
import { key, type KeyCommand, type KeyEvent, type NewKey } from './key.decider.js';

const wanted: NewKey = { domainId: 'd1', projectId: 'p1', alias: 'orders', description: '', enterpriseProjectId: '', keySpec: '', keyUsage: '', origin: '' };
const created: KeyEvent = {
  type: 'KeyCreated',
  data: { domainId: 'd1', projectId: 'p1', alias: 'orders', description: '', enterpriseProjectId: '0', keySpec: 'AES_256', keyUsage: 'ENCRYPT_DECRYPT', materialVersion: 1 },
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
    ['KMS.0308', { keySpec: 'RSA_2048' }],
    ['KMS.0308', { keyUsage: 'SIGN_VERIFY' }],
    ['KMS.0308', { origin: 'external' }],
    ['KMS.0308', { enterpriseProjectId: 'mine' }],
  ])('is refused with %s for %j', (code, fields) => {
    expect(() => create(fields)).toThrow(expect.objectContaining({ kind: 'invalid', code }));
  });

  it('says which specs there are', () => {
    expect(() => create({ keySpec: 'SM4' })).toThrow('The field key_spec is invalid: it is AES_256: nothing else is available here.');
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
