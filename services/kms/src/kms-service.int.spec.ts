import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { ListKeysRequest } from '@windlass/contracts/kms/v1/key_service';
import { textOfRows } from '@windlass/event-store/testing/released-events';
import { openEvents } from './stored-events.js';
import { startKms } from './index.js';
import { KeyMaterial } from './key/index.js';
import { rebuildReadModels } from './rebuild-read-models.js';
import { runKms, type RunningKms } from './testing/running-kms.js';

describe('the key service', () => {
  let running: RunningKms;

  beforeAll(async () => {
    running = await runKms();
  });

  afterAll(() => running?.close());

  const tenant = (fields: Partial<Principal> = {}) => running.tenant(fields);

  describe('keeps callers within the enterprise projects that their grants reach', () => {
    const [shop, billing] = [randomUUID(), randomUUID()];
    let owner: ReturnType<RunningKms['tenant']>;
    const limited = (...enterprise_project_ids: string[]) =>
      tenant({ domain_id: owner.domain_id, project_id: owner.project_id, all_enterprise_projects: false, enterprise_project_ids });
    let keyOfShop: string;

    beforeAll(async () => {
      owner = tenant();
      for (const id of [shop, billing]) running.states.set(`${owner.domain_id}/${id}`, 'enabled');
      keyOfShop = await owner.create({ key_alias: 'shop', enterprise_project_id: shop });
      await owner.create({ key_alias: 'plain' });
    });

    it('in lists, their counts, and by id', async () => {
      expect(await limited(shop).list()).toMatchObject({ keys: [keyOfShop], total: 1 });
      expect(await limited(billing).list()).toMatchObject({ keys: [], total: 0 });
      expect(await limited(shop).describe(keyOfShop)).toMatchObject({ sys_enterprise_project_id: shop });
      for (const stranger of [limited(billing), limited('0'), limited()]) {
        for (const use of [stranger.describe, stranger.disable, stranger.dataKey]) await expect(use(keyOfShop)).rejects.toMatchObject({ code: 'KMS.0207' });
      }
    });

    it('when they create', async () => {
      await expect(limited(shop).create({ key_alias: 'a', enterprise_project_id: billing })).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0307' });
      // Who names none means the default one.
      await expect(limited(shop).create({ key_alias: 'a' })).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0307' });
      await expect(limited(shop).create({ key_alias: 'a', enterprise_project_id: shop })).resolves.toEqual(expect.any(String));
    });

    it("and takes none but the account's own that are enabled", async () => {
      const closed = randomUUID();
      running.states.set(`${owner.domain_id}/${closed}`, 'disabled');
      for (const enterprise_project_id of [randomUUID(), closed]) {
        await expect(owner.create({ key_alias: 'b', enterprise_project_id })).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0308' });
      }
      await expect(tenant().create({ key_alias: 'b', enterprise_project_id: shop })).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0308' });
    });
  });

  it('creates a key and describes it, every field as text', async () => {
    const { create, describe, domain_id } = tenant();
    const key_id = await create({ key_alias: 'orders:a/b_c-1', key_description: 'for orders' });
    expect(await describe(key_id)).toEqual({
      key_id,
      domain_id,
      key_alias: 'orders:a/b_c-1',
      realm: 'local-1',
      key_spec: 'AES_256',
      key_usage: 'ENCRYPT_DECRYPT',
      key_description: 'for orders',
      creation_date: expect.stringMatching(/^\d{13}$/),
      scheduled_deletion_date: '',
      key_state: '2',
      default_key_flag: '0',
      key_type: '1',
      expiration_time: '',
      origin: 'kms',
      key_rotation_enabled: 'false',
      sys_enterprise_project_id: '0',
      keystore_id: '0',
    });
  });

  it('tells iam how many keys a project holds, disabled ones too', async () => {
    const { create, disable, as, domain_id, project_id } = tenant();
    const count = async (who: Pick<ReturnType<typeof tenant>, 'as'>) => (await running.resources.countProjectResources({ project_id }, who.as())).keys;
    expect(await count({ as })).toBe(0);
    await disable(await create());
    await create({ key_alias: 'invoices' });
    // The credential may be for another project or the account, and of a caller whose grants reach no key.
    expect(await count(tenant({ domain_id, project_id: '', all_enterprise_projects: false }))).toBe(2);
    expect(await count(tenant())).toBe(0);
    await expect(running.resources.countProjectResources({ project_id })).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  it('refuses an alias that the project has, and only the project', async () => {
    const { create, domain_id } = tenant();
    await create();
    await expect(create()).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.1104' });
    await expect(tenant({ domain_id }).create()).resolves.toBeDefined();
  });

  it('gives an account no more keys than its quota, however fast they are asked for, and leaves no material behind', async () => {
    const { create, list } = tenant();
    const materials = async () => Number((await running.dataSource.query<{ count: string }[]>('SELECT count(*) FROM kms.key_materials'))[0]?.count);
    const before = await materials();
    const attempts = await Promise.allSettled(Array.from({ length: 9 }, (_, index) => create({ key_alias: `k${index}` })));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(attempts.find((attempt) => attempt.status === 'rejected')?.reason).toMatchObject({
      kind: 'quota_exceeded',
      code: 'KMS.1105',
      message: expect.stringMatching(/CMK of this account is 5 keys.*PUT \/windlass\/v1\/admin\/accounts\/.*\/quotas/),
    });
    expect((await list()).total).toBe(5);
    expect((await materials()) - before).toBe(5);
  });

  it('gives an account the quota its operator set, lower or higher, takes nothing away for it, and shows it with what is used', async () => {
    const { create, list, domain_id, project_id, as } = tenant();
    const set = (CMK: number) => running.bus.publish([{ topic: 'iam.accounts', key: domain_id, id: randomUUID(), payload: AccountEvent.encode({ domain_id, status: 'active', quotas: { CMK }, revision: 0, isolation: 'standard' }).finish() }]);
    const quota = async () => (await running.quotas.showUserQuotas({ project_id }, as())).quotas?.resources;
    const grants = { type: 'grant_per_CMK', used: 0, quota: 100 };
    const becomes = async (expected: object) => {
      for (let look = 0; look < 200 && !isDeepStrictEqual(await quota(), [expected, grants]); look++) await delay(20);
      await expect(quota()).resolves.toEqual([expected, grants]);
    };
    for (const key_alias of ['a', 'b']) await create({ key_alias });
    await becomes({ type: 'CMK', used: 2, quota: 5 });
    await set(1);
    await becomes({ type: 'CMK', used: 2, quota: 1 });
    await expect(create({ key_alias: 'c' })).rejects.toMatchObject({ code: 'KMS.1105', message: expect.stringContaining('is 1 keys') });
    expect((await list()).total).toBe(2);
    await set(7);
    await becomes({ type: 'CMK', used: 2, quota: 7 });
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => create({ key_alias: `more${index}` })));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('lists keys page by page', async () => {
    const { create, list, disable } = tenant();
    const ids = [await create({ key_alias: 'a' }), await create({ key_alias: 'b' }), await create({ key_alias: 'c' })].sort();
    const first = await list({ limit: '2' });
    expect(first).toMatchObject({ keys: ids.slice(0, 2), truncated: 'true', next_marker: ids[1], total: 3 });
    expect(first.key_details.map(({ key_id }) => key_id)).toEqual(first.keys);
    expect(await list({ limit: '2', marker: first.next_marker })).toMatchObject({ keys: ids.slice(2), truncated: 'false', next_marker: '', total: 3 });
    await disable(ids[0] ?? '');
    expect((await list({ key_state: '3' })).keys).toEqual(ids.slice(0, 1));
    expect((await list({ key_state: '4' })).keys).toEqual([]);
    expect((await list({ key_spec: 'ALL' })).keys).toEqual(ids);
    expect((await list({ key_spec: 'SM4' })).keys).toEqual([]);
    await expect(list({ limit: '1001' })).rejects.toMatchObject({ code: 'KMS.1601' });
    await expect(list({ marker: 'x' })).rejects.toMatchObject({ code: 'KMS.1602' });
    await expect(list({ key_state: '9' })).rejects.toMatchObject({ code: 'KMS.0308' });
  });

  it('wraps data keys of every length and unwraps them again', async () => {
    const { create, dataKey, decrypt } = tenant();
    const key_id = await create();
    for (const [request, bytes] of [[{}, 32], [{ key_spec: 'AES_128' }, 16], [{ datakey_length: '8192' }, 1024], [{ datakey_length: '8' }, 1]] as const) {
      const { plain_text, cipher_text } = await dataKey(key_id, request);
      expect(plain_text).toMatch(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
      const datakey_dgst = createHash('sha256').update(Buffer.from(plain_text, 'hex')).digest('hex');
      expect(await decrypt(key_id, cipher_text.toUpperCase(), { datakey_cipher_length: '64' })).toEqual({ data_key: plain_text, datakey_length: String(bytes), datakey_dgst });
    }
  });

  it('unwraps only what is whole and comes with its authenticated data', async () => {
    const { create, dataKey, decrypt } = tenant();
    const key_id = await create({ key_alias: 'one' });
    const { cipher_text, plain_text } = await dataKey(key_id, { additional_authenticated_data: 'package 7' });
    const refused = { kind: 'invalid', code: 'KMS.2201' };
    const withData = { additional_authenticated_data: 'package 7' };
    expect(await decrypt(key_id, cipher_text, withData)).toMatchObject({ data_key: plain_text });
    await expect(decrypt(key_id, cipher_text)).rejects.toMatchObject(refused);
    await expect(decrypt(key_id, cipher_text, { additional_authenticated_data: 'package 8' })).rejects.toMatchObject(refused);
    await expect(decrypt(key_id, cipher_text.replace(/.$/, (last) => (last === '0' ? '1' : '0')), withData)).rejects.toMatchObject(refused);
    await expect(decrypt(key_id, '', withData)).rejects.toMatchObject(refused);
    await expect(decrypt(key_id, 'not hex', withData)).rejects.toMatchObject(refused);
    await expect(decrypt(await create({ key_alias: 'two' }), cipher_text, withData)).rejects.toMatchObject(refused);
  });

  it('uses no disabled key, and a key enabled again as before', async () => {
    const { create, dataKey, decrypt, disable, enable, describe } = tenant();
    const key_id = await create();
    const { cipher_text, plain_text } = await dataKey(key_id);
    expect(await disable(key_id)).toEqual({ key_info: { key_id, key_state: '3' } });
    expect(await describe(key_id)).toMatchObject({ key_state: '3' });
    await expect(dataKey(key_id)).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0209' });
    await expect(decrypt(key_id, cipher_text)).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0209' });
    await expect(disable(key_id)).rejects.toMatchObject({ code: 'KMS.1301' });
    expect(await enable(key_id)).toEqual({ key_info: { key_id, key_state: '2' } });
    await expect(enable(key_id)).rejects.toMatchObject({ code: 'KMS.1201' });
    expect(await decrypt(key_id, cipher_text)).toMatchObject({ data_key: plain_text });
  });

  it("knows no key of another project, even of the caller's own account", async () => {
    const owner = tenant();
    const key_id = await owner.create();
    const { cipher_text } = await owner.dataKey(key_id);
    for (const other of [tenant(), tenant({ domain_id: owner.domain_id })]) {
      const missing = { kind: 'not_found', code: 'KMS.0207' };
      await expect(other.describe(key_id)).rejects.toMatchObject(missing);
      await expect(other.enable(key_id)).rejects.toMatchObject(missing);
      await expect(other.disable(key_id)).rejects.toMatchObject(missing);
      await expect(other.dataKey(key_id)).rejects.toMatchObject(missing);
      await expect(other.decrypt(key_id, cipher_text)).rejects.toMatchObject(missing);
      expect((await other.list()).keys).toEqual([]);
    }
  });

  it('refuses callers that are not signed, name a project that is not theirs, or send ids that are none', async () => {
    const { describe, list, as } = tenant();
    await expect(running.keys.listKeys(ListKeysRequest.fromPartial({ project_id: 'p' }), {})).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(running.keys.listKeys(ListKeysRequest.fromPartial({ project_id: 'p' }), as())).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0306' });
    await expect(describe('x')).rejects.toMatchObject({ code: 'KMS.0205' });
    await expect(list({ sequence: 'x' })).rejects.toMatchObject({ code: 'KMS.0206' });
    await expect(list({ sequence: randomUUID() })).resolves.toBeDefined();
  });

  it('keeps no plain key in tables, events or its log, and none in memory after its use', async () => {
    const { create, dataKey, decrypt, domain_id: domainId, project_id: projectId } = tenant();
    const key_id = await create();
    const { plain_text, cipher_text } = await dataKey(key_id);
    await decrypt(key_id, cipher_text);
    let lent: Buffer = Buffer.alloc(0);
    const material = await new KeyMaterial(running.dataSource, running.config.rootKey).use({ domainId, projectId, keyId: key_id, version: 1 }, (bytes) => {
      lent = bytes;
      return Buffer.from(bytes);
    });
    expect(material).toHaveLength(32);
    expect(lent).toEqual(Buffer.alloc(32));
    const secrets = [Buffer.from(plain_text, 'hex'), running.config.rootKey, material ?? lent].flatMap((secret) => [secret.toString('hex'), secret.toString('base64')]);
    for (const table of ['events', 'keys', 'key_materials', 'root_key']) {
      const rows = await running.dataSource.query<{ row: string }[]>(`SELECT row_to_json(t)::text AS row FROM kms.${table} AS t`);
      expect(rows.length).toBeGreaterThan(0);
      for (const secret of secrets) expect(JSON.stringify(rows)).not.toContain(secret);
    }
    for (const secret of secrets) expect(running.logged.join('')).not.toContain(secret);
    expect(running.logged.join('')).toContain('the key service is ready');
  });

  it('refuses to start with another root key', async () => {
    const other = { ...running.config, grpcAddress: `unix:${join(running.directory, 'other.sock')}`, rootKey: Buffer.alloc(32, 7) };
    await expect(startKms(other)).rejects.toThrow(/root key is not the one/);
  });

  it('notices material that was moved to another key', async () => {
    const { create, dataKey } = tenant();
    const [one, two] = [await create({ key_alias: 'one' }), await create({ key_alias: 'two' })];
    await running.dataSource.query('UPDATE kms.key_materials SET wrapped = (SELECT wrapped FROM kms.key_materials WHERE key_id = $1) WHERE key_id = $2', [one, two]);
    await expect(dataKey(one)).resolves.toBeDefined();
    await expect(dataKey(two)).rejects.toMatchObject({ kind: 'internal' });
    expect(running.logged.join('')).toContain('does not open');
  });

  it('makes its keys again from the events, and they still work', async () => {
    const { create, dataKey, decrypt, disable } = tenant();
    const key_id = await create({ key_alias: 'one' });
    await disable(await create({ key_alias: 'two' }));
    const { cipher_text, plain_text } = await dataKey(key_id);
    const before = await textOfRows(running.dataSource, 'kms.keys');
    expect(await rebuildReadModels(openEvents(running.dataSource))).toBeGreaterThan(2);
    expect(await textOfRows(running.dataSource, 'kms.keys')).toEqual(before);
    expect(await decrypt(key_id, cipher_text)).toMatchObject({ data_key: plain_text });
  });
});
