import { createHash, randomUUID } from 'node:crypto';
import { createLogger } from '@windlass/telemetry';
import { EncryptDataRequest } from '@windlass/contracts/kms/v1/data_encryption_service';
import { ListKeyUsesRequest } from '@windlass/contracts/kms/v1/key_use_service';
import { SignRequest } from '@windlass/contracts/kms/v1/signing_service';
import { runKms, type RunningKms } from '../testing/running-kms.js';
import { KeyUses } from './key-uses.js';
import { UseRetention } from './use-retention.js';

describe('the uses of a key', () => {
  let running: RunningKms;
  beforeAll(async () => {
    running = await runKms();
  });
  afterAll(() => running?.close());

  function tenant(fields = {}) {
    const made = running.tenant(fields);
    const { project_id, as } = made;
    return { ...made, uses: (key_id: string, more: Partial<ListKeyUsesRequest> = {}) => running.uses.listKeyUses(ListKeyUsesRequest.fromPartial({ project_id, key_id, ...more }), as()) };
  }

  it('are on record when they are answered: what was done, by whom, with which context and material, and how it ended', async () => {
    const { create, dataKey, decrypt, rotate, disable, uses, project_id, domain_id, as } = tenant({ user_name: 'ada' });
    const key_id = await create();
    const { cipher_text } = await dataKey(key_id, { encryption_context: { app: 'shop' }, additional_authenticated_data: 'row\0 7' });
    await rotate(key_id);
    await decrypt(key_id, cipher_text).catch(() => undefined);
    await running.data.encryptData(EncryptDataRequest.fromPartial({ project_id, key_id, plain_text: 'x' }), as());
    await disable(key_id);
    await dataKey(key_id).catch(() => undefined);
    const { uses: found, next_marker } = await uses(key_id);
    expect(next_marker).toBe('');
    const by = { user_id: 'u1', user_name: 'ada', user_domain_id: domain_id, request_id: 'r1', used_at: expect.stringMatching(/^\d{13}$/) };
    expect(found).toMatchObject([
      { ...by, operation: 'create-datakey', outcome: 'KMS.0209', material_version: 2 },
      { ...by, operation: 'encrypt-data', outcome: 'succeeded', material_version: 2, encryption_context: {} },
      { ...by, operation: 'decrypt-datakey', outcome: 'KMS.2201', material_version: 1, encryption_context: {} },
      { ...by, operation: 'create-datakey', outcome: 'succeeded', material_version: 1, encryption_context: { app: 'shop' }, additional_authenticated_data: 'row\0 7' },
    ]);
  });

  it('are on record for signatures, and hold nothing that was signed', async () => {
    const { create, uses, project_id, as } = tenant();
    const key_id = await create({ key_spec: 'EC_P256' });
    const message = createHash('sha256').update('to whom it may concern').digest('base64');
    await running.signing.sign(SignRequest.fromPartial({ project_id, key_id, signing_algorithm: 'ECDSA_SHA_256', message }), as());
    expect((await uses(key_id)).uses).toMatchObject([{ operation: 'sign', outcome: 'succeeded' }]);
    expect(JSON.stringify(await running.dataSource.query('SELECT * FROM kms.key_uses'))).not.toContain(message);
  });

  it('are all there when many come at once, page by page and newest first', async () => {
    const { create, dataKey, uses } = tenant();
    const key_id = await create();
    await Promise.all(Array.from({ length: 60 }, (_, index) => dataKey(key_id, { additional_authenticated_data: String(index) })));
    const seen: string[] = [];
    let marker = '';
    do {
      const page = await uses(key_id, { limit: '25', marker });
      seen.push(...page.uses.map(({ additional_authenticated_data }) => additional_authenticated_data));
      marker = page.next_marker;
    } while (marker !== '');
    expect(seen.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index));
    for (const limit of ['0', '1001', 'x']) await expect(uses(key_id, { limit })).rejects.toMatchObject({ code: 'KMS.1601' });
    await expect(uses(key_id, { marker: 'x' })).rejects.toMatchObject({ code: 'KMS.1602' });
  });

  it('are told to those who reach the key, also when it is gone', async () => {
    const shop = randomUUID();
    const owner = tenant();
    const { create, dataKey, schedule, uses, domain_id, project_id } = owner;
    running.states.set(`${domain_id}/${shop}`, 'enabled');
    const key_id = await create({ enterprise_project_id: shop });
    await dataKey(key_id);
    const missing = { kind: 'not_found', code: 'KMS.0207' };
    for (const stranger of [tenant(), tenant({ domain_id }), tenant({ domain_id, project_id, all_enterprise_projects: false, enterprise_project_ids: ['0'] })]) {
      await expect(stranger.uses(key_id)).rejects.toMatchObject(missing);
    }
    await expect(uses(randomUUID())).rejects.toMatchObject(missing);
    await schedule(key_id);
    await running.upkeep(new Date(Date.now() + 8 * 86_400_000)).run();
    expect((await uses(key_id)).uses).toHaveLength(1);
  });

  it('are not answered when they cannot be recorded', async () => {
    const { create, dataKey } = tenant();
    const key_id = await create();
    await running.dataSource.query('ALTER TABLE kms.key_uses RENAME TO key_uses_away');
    try {
      await expect(dataKey(key_id)).rejects.toMatchObject({ kind: 'internal' });
    } finally {
      await running.dataSource.query('ALTER TABLE kms.key_uses_away RENAME TO key_uses');
    }
    await expect(dataKey(key_id)).resolves.toBeDefined();
  });

  it('are forgotten after their days', async () => {
    const { create, dataKey, uses } = tenant();
    const key_id = await create();
    await dataKey(key_id);
    const retention = (days: number) => new UseRetention(new KeyUses(running.dataSource), 30, createLogger('kms', { level: 'silent' }), () => new Date(Date.now() + days * 86_400_000));
    await retention(29).run();
    expect((await uses(key_id)).uses).toHaveLength(1);
    await retention(31).run();
    expect((await uses(key_id)).uses).toEqual([]);
  });
});
