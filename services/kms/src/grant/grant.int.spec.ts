import { randomBytes } from 'node:crypto';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { DecryptDataRequest, EncryptDataRequest } from '@windlass/contracts/kms/v1/data_encryption_service';
import { CreateGrantRequest } from '@windlass/contracts/kms/v1/grant_service';
import { SignRequest } from '@windlass/contracts/kms/v1/signing_service';
import { rebuildReadModels } from '../rebuild-read-models.js';
import { openEvents } from '../stored-events.js';
import { runKms, type RunningKms } from '../testing/running-kms.js';

const id = (): string => randomBytes(16).toString('hex');
/** As the edge marks a caller whom no policy allows what it asks. */
const WITHOUT: Partial<Principal> = { all_enterprise_projects: false, without_permission: "Policy doesn't allow kms:dek:decrypt to be performed on it." };

describe('grants', () => {
  let running: RunningKms;
  beforeAll(async () => {
    running = await runKms();
  });
  afterAll(() => running?.close());

  function tenant(fields: Partial<Principal> = {}) {
    const made = running.tenant({ domain_id: id(), project_id: id(), user_id: id(), ...fields });
    const { project_id, as, ofKey } = made;
    const user_id = fields.user_id ?? '';
    return {
      ...made,
      user_id,
      grant: async (key_id: string, grantee_principal: string, operations: string[], more: Partial<CreateGrantRequest> = {}) =>
        (await running.grants.createGrant(CreateGrantRequest.fromPartial({ project_id, key_id, grantee_principal, operations, ...more }), as())).grant_id,
      revoke: (key_id: string, grant_id: string) => running.grants.cancelGrant({ ...ofKey(key_id), grant_id }, as()),
      retire: (key_id: string, grant_id: string) => running.grants.cancelSelfGrant({ ...ofKey(key_id), grant_id }, as()),
      grants: (key_id: string, limit = '', marker = '') => running.grants.listGrants({ ...ofKey(key_id), limit, marker }, as()),
      retirable: async () => (await running.grants.listRetirableGrants({ project_id, limit: '', marker: '', sequence: '' }, as())).grants.map(({ grant_id }) => grant_id),
      encrypt: (key_id: string, plain_text: string) => running.data.encryptData(EncryptDataRequest.fromPartial({ project_id, key_id, plain_text }), as()),
      open: (cipher_text: string) => running.data.decryptData(DecryptDataRequest.fromPartial({ project_id, cipher_text }), as()),
      sign: (key_id: string) => running.signing.sign(SignRequest.fromPartial({ project_id, key_id, message: Buffer.alloc(32).toString('base64'), signing_algorithm: 'ECDSA_SHA_256' }), as()),
    };
  }
  const notFound = { kind: 'not_found', code: 'KMS.0207' };
  const denied = { kind: 'forbidden', code: 'KMS.0307', message: WITHOUT.without_permission };

  it('let a user do what is granted and nothing else, without any policy, in its own account or another, until they are revoked', async () => {
    const owner = tenant();
    const key_id = await owner.create();
    const { cipher_text } = await owner.dataKey(key_id, { encryption_context: { of: 'orders' } });
    for (const fields of [{ domain_id: owner.domain_id, project_id: owner.project_id, ...WITHOUT }, {}]) {
      const user_id = id();
      const grantee = tenant({ user_id, ...fields });
      const refused = 'without_permission' in fields ? denied : notFound;
      const open = (of = 'orders') => grantee.decrypt(key_id, cipher_text, { encryption_context: { of } });
      await expect(open()).rejects.toMatchObject(refused);
      const grant_id = await owner.grant(key_id, user_id, ['decrypt-datakey', 'describe-key']);
      expect(grant_id).toMatch(/^[0-9a-f]{64}$/);
      await expect(open()).resolves.toMatchObject({ datakey_length: '32' });
      // What a ciphertext is bound to, it stays bound to.
      await expect(open('invoices')).rejects.toMatchObject({ code: 'KMS.2201' });
      expect(await grantee.describe(key_id)).toMatchObject({ key_id, domain_id: owner.domain_id });
      for (const beyond of [() => grantee.dataKey(key_id), () => grantee.encrypt(key_id, 'x'), () => grantee.grant(key_id, id(), ['describe-key'])]) await expect(beyond()).rejects.toMatchObject(refused);
      await owner.revoke(key_id, grant_id);
      await expect(open()).rejects.toMatchObject(refused);
      await expect(owner.revoke(key_id, grant_id)).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.2501' });
    }
  });

  it('work for each of the operations that use a key', async () => {
    const owner = tenant();
    const [key_id, pair] = [await owner.create({ key_alias: 'aes' }), await owner.create({ key_alias: 'pair', key_spec: 'EC_P256' })];
    const user_id = id();
    const grantee = tenant({ user_id });
    await owner.grant(key_id, user_id, ['create-datakey', 'encrypt-data', 'decrypt-data']);
    await owner.grant(pair, user_id, ['sign']);
    await expect(grantee.dataKey(key_id)).resolves.toMatchObject({ key_id });
    const { cipher_text } = await grantee.encrypt(key_id, 'secret');
    expect(await grantee.open(cipher_text)).toMatchObject({ plain_text: 'secret' });
    expect(await owner.open(cipher_text)).toMatchObject({ plain_text: 'secret' });
    await expect(grantee.sign(pair)).resolves.toMatchObject({ key_id: pair });
    // The owner sees who used its keys.
    const { uses } = await running.uses.listKeyUses({ project_id: owner.project_id, key_id, limit: '', marker: '' }, owner.as());
    expect(uses.find(({ operation }) => operation === 'create-datakey')).toMatchObject({ user_id, user_domain_id: grantee.domain_id });
  });

  it('do not open a key that is disabled', async () => {
    const owner = tenant();
    const key_id = await owner.create();
    const user_id = id();
    await owner.grant(key_id, user_id, ['create-datakey']);
    await owner.disable(key_id);
    await expect(tenant({ user_id }).dataKey(key_id)).rejects.toMatchObject({ code: 'KMS.0209' });
    await expect(owner.grant(key_id, user_id, ['create-datakey'])).rejects.toMatchObject({ code: 'KMS.0209' });
  });

  it('to an account are for its users, and through an agency for what its policies allow', async () => {
    const owner = tenant();
    const key_id = await owner.create();
    const domain_id = id();
    await owner.grant(key_id, domain_id, ['create-datakey'], { grantee_principal_type: 'domain' });
    await expect(tenant({ domain_id }).dataKey(key_id)).resolves.toBeDefined();
    await expect(tenant({ domain_id, ...WITHOUT }).dataKey(key_id)).resolves.toBeDefined();
    const agency_id = id();
    await expect(tenant({ domain_id, agency_id }).dataKey(key_id)).resolves.toBeDefined();
    await expect(tenant({ domain_id, agency_id, ...WITHOUT }).dataKey(key_id)).rejects.toMatchObject(denied);
    // A user is another one when it acts through an agency.
    const user_id = id();
    await owner.grant(key_id, user_id, ['create-datakey']);
    await expect(tenant({ user_id }).dataKey(key_id)).resolves.toBeDefined();
    await expect(tenant({ user_id, agency_id }).dataKey(key_id)).rejects.toMatchObject(notFound);
  });

  it('pass on no more than themselves', async () => {
    const owner = tenant();
    const key_id = await owner.create();
    const [first, second] = [id(), id()];
    await owner.grant(key_id, first, ['create-grant', 'encrypt-data', 'describe-key']);
    const grantee = tenant({ user_id: first, ...WITHOUT });
    await grantee.grant(key_id, second, ['encrypt-data']);
    await expect(tenant({ user_id: second }).encrypt(key_id, 'x')).resolves.toBeDefined();
    await expect(grantee.grant(key_id, second, ['encrypt-data', 'decrypt-data'])).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.2403', message: expect.stringContaining('decrypt-data') });
    await expect(owner.grant(key_id, first, ['create-grant'])).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2401' });
  });

  it('are retired by whom they name, and seen by nobody else', async () => {
    const owner = tenant({ user_id: id() });
    const key_id = await owner.create();
    const [grantee, retiring] = [id(), id()];
    const make = () => owner.grant(key_id, grantee, ['describe-key', 'retire-grant'], { retiring_principal: retiring });
    for (const fields of [{ user_id: owner.user_id, domain_id: owner.domain_id, project_id: owner.project_id, ...WITHOUT }, { user_id: grantee, ...WITHOUT }, { user_id: retiring }]) {
      const grant_id = await make();
      const retirer = tenant(fields);
      expect(await retirer.retirable()).toEqual([grant_id]);
      const administrator = tenant({ domain_id: owner.domain_id, project_id: owner.project_id });
      await expect(administrator.retire(key_id, grant_id)).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0307' });
      const stranger = tenant();
      expect(await stranger.retirable()).toEqual([]);
      for (const unseen of [grant_id, 'f'.repeat(64)]) await expect(stranger.retire(key_id, unseen)).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.2501' });
      await expect(tenant(WITHOUT).retire(key_id, grant_id)).rejects.toMatchObject(denied);
      await retirer.retire(key_id, grant_id);
      await expect(retirer.retire(key_id, grant_id)).rejects.toMatchObject('without_permission' in fields ? denied : { code: 'KMS.2501' });
    }
    const named = await owner.grant(key_id, grantee, ['describe-key']);
    await expect(tenant({ user_id: grantee }).retire(key_id, named)).rejects.toMatchObject({ code: 'KMS.2501' });
  });

  it('are listed page by page', async () => {
    const owner = tenant({ user_id: id() });
    const key_id = await owner.create();
    const ids = [];
    for (const name of ['a', 'b', 'c']) ids.push(await owner.grant(key_id, id(), ['describe-key', 'sign'], { name, retiring_principal: id() }));
    ids.sort();
    const page = await owner.grants(key_id, '2');
    expect(page).toMatchObject({ total: 3, truncated: 'true', next_marker: ids[1] });
    const rest = await owner.grants(key_id, '2', page.next_marker);
    expect(rest).toMatchObject({ total: 3, truncated: 'false', next_marker: '' });
    expect([...page.grants, ...rest.grants].map(({ grant_id }) => grant_id)).toEqual(ids);
    expect(page.grants[0]).toEqual({
      key_id,
      grant_id: ids[0],
      grantee_principal: expect.stringMatching(/^[0-9a-f]{32}$/),
      grantee_principal_type: 'user',
      operations: ['sign', 'describe-key'],
      issuing_principal: owner.user_id,
      creation_date: expect.stringMatching(/^\d{13}$/),
      name: expect.stringMatching(/^[abc]$/),
      retiring_principal: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    for (const [limit, marker, code] of [['0', '', 'KMS.1601'], ['1001', '', 'KMS.1601'], ['', 'x', 'KMS.1602']] as const) await expect(owner.grants(key_id, limit, marker)).rejects.toMatchObject({ kind: 'invalid', code });
    await expect(tenant().grants(key_id)).rejects.toMatchObject(notFound);
  });

  it('are as many as one may have of a key, however many are asked for at once, and no more', async () => {
    const owner = tenant();
    const key_id = await owner.create();
    for (let index = 0; index < 90; index++) await owner.grant(key_id, id(), ['describe-key']);
    const attempts = await Promise.allSettled(Array.from({ length: 50 }, () => owner.grant(key_id, id(), ['describe-key'])));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const attempt of attempts) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ kind: 'quota_exceeded', code: 'KMS.2404' });
    const { quotas } = await running.quotas.showUserQuotas({ project_id: owner.project_id }, owner.as());
    expect(quotas?.resources).toContainEqual({ type: 'grant_per_CMK', used: 100, quota: 100 });
  });

  it('go with their key, and can be made again from the events', async () => {
    const owner = tenant();
    const [kept, doomed] = [await owner.create({ key_alias: 'kept' }), await owner.create({ key_alias: 'doomed' })];
    for (const key_id of [kept, doomed]) await owner.grant(key_id, id(), ['describe-key']);
    await owner.schedule(doomed);
    await running.upkeep(new Date(Date.now() + 8 * 86_400_000)).run();
    const held = () => running.dataSource.query<{ key_id: string }[]>('SELECT * FROM kms.key_grants ORDER BY id');
    const before = await held();
    expect(before.map(({ key_id }) => key_id)).toContain(kept);
    expect(before.map(({ key_id }) => key_id)).not.toContain(doomed);
    await rebuildReadModels(openEvents(running.dataSource));
    expect(await held()).toEqual(before);
  });
});
