import { fold } from '@windlass/event-store';
import { key, type KeyChange, type KeyCommand } from './key.decider.js';
import type { KeyEvent } from './key.events.js';
import type { NewKey } from './new-key.js';

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
    ['KMS.0308', { origin: 'elsewhere' }],
    ['KMS.0308', { origin: 'external', keySpec: 'EC_P256' }],
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

  const at = new Date('2026-01-01T00:00:00Z');
  const changes: KeyChange[] = [
    { kind: 'enable' },
    { kind: 'disable' },
    { kind: 'change_alias', alias: 'a' },
    { kind: 'change_description', description: '' },
    { kind: 'schedule_deletion', pendingDays: 7, at },
    { kind: 'cancel_deletion' },
    { kind: 'enable_rotation', at },
    { kind: 'disable_rotation' },
    { kind: 'change_rotation_interval', days: 30 },
    { kind: 'rotate', at },
    { kind: 'import_material', expiresAt: null, at },
    { kind: 'delete_material' },
    { kind: 'put_tags', tags: [{ key: 'a', value: 'b' }] },
    { kind: 'remove_tags', tags: [{ key: 'a', value: undefined }] },
    { kind: 'create_grant', wanted: { id: 'g1', grantee: 'u1', granteeType: 'user', operations: ['describe-key'], name: '', issuer: 'u0', retiring: '' }, limit: 1, within: undefined },
    { kind: 'revoke_grant', grantId: 'g1' },
    { kind: 'retire_grant', grantId: 'g1', by: { userId: 'u1', domainId: 'd1', throughAgency: false } },
  ];
  const scheduled: KeyEvent = { type: 'KeyDeletionScheduled', data: { deletionAt: '2026-01-08T00:00:00.000Z' } };
  const deleted: KeyEvent = { type: 'KeyDeleted', data: {} };

  it.each(changes)('that never was or is deleted is not found, whoever asks for $kind', (command) => {
    for (const given of [[], [created, scheduled, deleted]]) expect(() => decide(given, command)).toThrow(expect.objectContaining({ kind: 'not_found', code: 'KMS.0207' }));
  });

  it.each(changes)('of a service refuses $kind', (command) => {
    const ofService: KeyEvent = { ...created, data: { ...created.data, alias: 'functiongraph/default', defaultKey: true } };
    expect(() => decide([ofService], command)).toThrow(expect.objectContaining({ kind: 'forbidden', code: 'KMS.0211' }));
  });

  it('is deleted when its days have passed and it was left at that', () => {
    expect(decide([created], { kind: 'schedule_deletion', pendingDays: 7, at })).toEqual([scheduled]);
    const due = new Date('2026-01-08T00:00:00Z');
    expect(decide([created, scheduled], { kind: 'delete_when_due', at: due })).toEqual([deleted]);
    expect(decide([created, scheduled], { kind: 'delete_when_due', at: new Date(due.getTime() - 1) })).toEqual([]);
    for (const given of [[], [created], [created, scheduled, { type: 'KeyDeletionCancelled', data: {} }], [created, scheduled, deleted]] as KeyEvent[][]) {
      expect(decide(given, { kind: 'delete_when_due', at: due })).toEqual([]);
    }
  });

  it('rotates by itself from its last rotation on, late ones from when they happen', () => {
    const on: KeyEvent = { type: 'KeyRotationEnabled', data: { rotationIntervalDays: 365, nextRotationAt: '2027-01-01T00:00:00.000Z' } };
    expect(decide([created], { kind: 'enable_rotation', at })).toEqual([on]);
    const sooner: KeyEvent = { type: 'KeyRotationIntervalChanged', data: { rotationIntervalDays: 30, nextRotationAt: '2026-01-31T00:00:00.000Z' } };
    expect(decide([created, on], { kind: 'change_rotation_interval', days: 30 })).toEqual([sooner]);
    const late = new Date('2026-02-02T00:00:00Z');
    const rotated: KeyEvent = { type: 'KeyRotated', data: { materialVersion: 2, nextRotationAt: '2026-03-04T00:00:00.000Z' } };
    expect(decide([created, on, sooner], { kind: 'rotate_when_due', at: late })).toEqual([rotated]);
    for (const given of [[created], [created, on], [created, on, sooner, disabled], [created, on, sooner, rotated]]) expect(decide(given, { kind: 'rotate_when_due', at: late })).toEqual([]);
  });

  it('is brought to a bounded number of versions on demand, and to any by its interval', () => {
    const many: KeyEvent = { type: 'KeyRotated', data: { materialVersion: 1000, nextRotationAt: '2026-01-01T00:00:00.000Z' } };
    expect(() => decide([created, many], { kind: 'rotate', at })).toThrow(expect.objectContaining({ kind: 'quota_exceeded' }));
    expect(decide([created, many], { kind: 'rotate_when_due', at })).toHaveLength(1);
  });
});
