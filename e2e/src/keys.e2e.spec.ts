import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { JsonObject } from '@bufbuild/protobuf';
import { addUser, furnishTenant, perform, type FurnishedTenant } from './every-operation/furnished-tenant.js';
import { call, hangUp, type Answer, type Credential } from './every-operation/public-calls.js';
import { operationNamed } from './every-operation/public-operations.js';
import { eventually } from './harness/deploy.js';

describe('keys of a tenant', () => {
  let owner: FurnishedTenant;
  let other: FurnishedTenant;
  beforeAll(async () => {
    [owner, other] = [await furnishTenant('keeper'), await furnishTenant('partner')];
  });
  afterAll(hangUp);

  const project = ({ ids }: FurnishedTenant): string => ids['project_id'] ?? '';
  const own = (name: string, fields: JsonObject): Promise<JsonObject> => perform(name, { project_id: project(owner), ...fields }, owner.administrator);
  const createKey = async (fields: JsonObject): Promise<string> => ((await own('CreateKey', fields))['key_info'] as { key_id: string }).key_id;
  const ask = (name: string, fields: JsonObject, credential: Credential): Promise<Answer> => call('REST', operationNamed(name), fields, credential);

  it('are used by whom a grant names, in the account without any policy or in another, until it is revoked', async () => {
    const key_id = await createKey({ key_alias: 'granted' });
    const { plain_text, cipher_text } = await own('CreateDatakey', { key_id, datakey_length: '256' });
    const granted = await addUser(owner, 'granted', []);
    const { users } = await perform('KeystoneListUsers', { name: granted.userName }, owner.administrator);
    const grantees: [Credential, string, string, JsonObject][] = [
      [granted, String((users as JsonObject[])[0]?.['id']), project(owner), {}],
      [other.administrator, other.ids['domain_id'] ?? '', project(other), { grantee_principal_type: 'domain' }],
    ];
    for (const [credential, grantee_principal, project_id, more] of grantees) {
      const open = () => ask('DecryptDatakey', { project_id, key_id, cipher_text: String(cipher_text), datakey_cipher_length: '32' }, credential);
      const refused = expect.stringMatching(/^(forbidden|not_found)$/);
      expect(await open()).toMatchObject({ outcome: refused });
      const { grant_id } = await own('CreateGrant', { key_id, grantee_principal, operations: ['decrypt-datakey'], ...more });
      expect(await open()).toMatchObject({ outcome: 'ok', body: { data_key: plain_text } });
      expect(await ask('CreateDatakey', { project_id, key_id, datakey_length: '256' }, credential)).toMatchObject({ outcome: refused });
      expect(await own('ListGrants', { key_id })).toMatchObject({ total: 1, grants: [{ grant_id, key_id, grantee_principal, operations: ['decrypt-datakey'] }] });
      expect(await own('CancelGrant', { key_id, grant_id: String(grant_id) })).toEqual({});
      expect(await open()).toMatchObject({ outcome: refused });
    }
  });

  it('stay shut for a grantee whom a policy denies it', async () => {
    const key_id = await createKey({ key_alias: 'denied' });
    const denied = await addUser(owner, 'denied', []);
    const { users } = await perform('KeystoneListUsers', { name: denied.userName }, owner.administrator);
    await own('CreateGrant', { key_id, grantee_principal: String((users as JsonObject[])[0]?.['id']), operations: ['describe-key'] });
    const describe = () => ask('DescribeKey', { project_id: project(owner), key_id }, denied);
    expect(await describe()).toMatchObject({ outcome: 'ok', body: { key_info: { key_id } } });
    const { groups } = await perform('KeystoneListGroups', { name: denied.userName }, owner.administrator);
    const policy = { Version: '1.1', Statement: [{ Effect: 'Deny', Action: ['kms:cmk:get'] }] };
    const { role } = await perform('CreateCustomPolicy', { role: { display_name: `${owner.mark}-deny`, type: 'XA', description: '', policy } }, owner.administrator);
    const grant = { domain_id: owner.ids['domain_id'] ?? '', group_id: String((groups as JsonObject[])[0]?.['id']), role_id: (role as { id: string }).id };
    await perform('UpdateDomainGroupInheritRole', grant, owner.administrator);
    await eventually(describe, ({ outcome }) => outcome === 'forbidden');
  });

  it('take material of the tenant’s own, and lose it again', async () => {
    const key_id = await createKey({ key_alias: 'imported', origin: 'external' });
    expect(await own('DescribeKey', { key_id })).toMatchObject({ key_info: { key_state: '5', origin: 'external' } });
    const material = randomBytes(32);
    const bring = async (): Promise<void> => {
      const { import_token, public_key, expiration_time } = await own('CreateParametersForImport', { key_id, wrapping_algorithm: 'RSAES_OAEP_SHA_256' });
      expect(expiration_time).toEqual(expect.any(Number));
      const key = createPublicKey({ key: Buffer.from(String(public_key), 'base64'), format: 'der', type: 'spki' });
      const encrypted = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material).toString('base64');
      await own('ImportKeyMaterial', { key_id, import_token: String(import_token), encrypted_key_material: encrypted, expiration_time: Math.floor(Date.now() / 1000) + 86_400 });
    };
    await bring();
    const { cipher_text } = await own('EncryptData', { key_id, plain_text: 'for later' });
    await own('DeleteImportedKeyMaterial', { key_id });
    const open = () => ask('DecryptData', { project_id: project(owner), cipher_text: String(cipher_text) }, owner.administrator);
    expect(await open()).toMatchObject({ outcome: 'forbidden', code: 'KMS.0311' });
    await bring();
    expect(await open()).toMatchObject({ outcome: 'ok', body: { plain_text: 'for later' } });
  });

  it('are tagged, found by their tags and counted', async () => {
    const key_id = await createKey({ key_alias: 'tagged' });
    await own('BatchCreateKmsTags', { key_id, action: 'create', tags: [{ key: 'stage', value: 'prod' }, { key: 'team', value: 'a' }] });
    await own('DeleteTag', { key_id, key: 'team' });
    expect(await own('ShowKmsTags', { key_id })).toEqual({ tags: [{ key: 'stage', value: 'prod' }], existTagsNum: 1 });
    const found = await own('ListKmsByTags', { action: 'filter', tags: [{ key: 'stage', values: ['prod'] }] });
    expect(found).toMatchObject({ total_count: 1, resources: [{ resource_id: key_id, resource_name: 'tagged', resource_detail: { key_id } }] });
    expect((await own('ListKmsTags', {}))['tags']).toContainEqual({ key: 'stage', values: ['prod'] });
    const { instance_num } = await own('ShowUserInstances', {});
    const { quotas } = await own('ShowUserQuotas', {});
    expect((quotas as { resources: JsonObject[] }).resources).toEqual([
      { type: 'CMK', used: instance_num, quota: 100 },
      { type: 'grant_per_CMK', used: expect.any(Number), quota: 100 },
    ]);
  });
});
