import { createHash, createPublicKey, verify } from 'node:crypto';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { SignRequest, ValidateSignatureRequest } from '@windlass/contracts/kms/v1/signing_service';
import { runKms, type RunningKms } from '../testing/running-kms.js';

describe('signing', () => {
  let running: RunningKms;

  beforeAll(async () => {
    running = await runKms();
  });

  afterAll(() => running?.close());

  function signer(fields: Partial<Principal> = {}) {
    const tenant = running.tenant(fields);
    const { project_id, as } = tenant;
    return {
      ...tenant,
      sign: (request: Partial<SignRequest>) => running.signing.sign(SignRequest.fromPartial({ project_id, ...request }), as()),
      verify: async (request: Partial<ValidateSignatureRequest>) =>
        (await running.signing.validateSignature(ValidateSignatureRequest.fromPartial({ project_id, ...request }), as())).signature_valid,
      publicKey: async (key_id: string) => (await running.signing.showPublicKey(tenant.ofKey(key_id), as())).public_key,
    };
  }

  const message = Buffer.from('to whom it may concern');

  it.each([
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', 'sha256'],
    ['EC_P256', 'ECDSA_SHA_256', 'sha256'],
    ['EC_P384', 'ECDSA_SHA_384', 'sha384'],
  ])('with a key of spec %s holds for whoever has the public key', async (key_spec, signing_algorithm, hash) => {
    const { create, describe, sign, verify: validate, publicKey } = signer();
    const key_id = await create({ key_spec });
    expect(await describe(key_id)).toMatchObject({ key_spec, key_usage: 'SIGN_VERIFY' });
    const pem = createPublicKey(await publicKey(key_id));
    const digest = createHash(hash).update(message).digest('base64');
    for (const said of [{ message: digest }, { message: message.toString('base64'), message_type: 'RAW' }]) {
      const { signature } = await sign({ key_id, signing_algorithm, ...said });
      expect(verify(hash, message, pem, Buffer.from(signature, 'base64'))).toBe(true);
      expect(await validate({ key_id, signing_algorithm, ...said, signature })).toBe('true');
      expect(await validate({ key_id, signing_algorithm, message: createHash(hash).digest('base64'), signature })).toBe('false');
    }
  });

  it('is for key pairs, and encrypting for keys that encrypt', async () => {
    const { create, sign, publicKey, dataKey } = signer();
    const [aes, pair] = [await create({ key_alias: 'aes' }), await create({ key_alias: 'pair', key_spec: 'EC_P256' })];
    const refused = { kind: 'invalid', code: 'KMS.0308' };
    await expect(sign({ key_id: aes, signing_algorithm: 'ECDSA_SHA_256', message: 'AAAA' })).rejects.toMatchObject(refused);
    await expect(publicKey(aes)).rejects.toMatchObject(refused);
    await expect(dataKey(pair)).rejects.toMatchObject(refused);
    await expect(sign({ key_id: pair, signing_algorithm: 'RSASSA_PSS_SHA_256', message: 'AAAA' })).rejects.toMatchObject(refused);
  });

  it('stops while the key is disabled, and its public key stays readable', async () => {
    const { create, sign, verify: validate, disable, enable, publicKey } = signer();
    const key_id = await create({ key_spec: 'EC_P256' });
    const request = { key_id, signing_algorithm: 'ECDSA_SHA_256', message: message.toString('base64'), message_type: 'RAW' };
    const { signature } = await sign(request);
    const before = await publicKey(key_id);
    await disable(key_id);
    await expect(sign(request)).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0209' });
    await expect(validate({ ...request, signature })).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0209' });
    expect(await publicKey(key_id)).toBe(before);
    await enable(key_id);
    expect(await validate({ ...request, signature })).toBe('true');
  });

  it('is for the tenant alone', async () => {
    const owner = signer();
    const key_id = await owner.create({ key_spec: 'EC_P256' });
    const stranger = signer({ domain_id: owner.domain_id });
    const missing = { kind: 'not_found', code: 'KMS.0207' };
    await expect(stranger.sign({ key_id, signing_algorithm: 'ECDSA_SHA_256', message: 'AAAA' })).rejects.toMatchObject(missing);
    await expect(stranger.publicKey(key_id)).rejects.toMatchObject(missing);
  });

  describe('for the platform itself', () => {
    const sign = (purpose: string, content = message) => running.platform.signAsPlatform({ purpose, message: content });

    it('has one key for each purpose, made by the first of many callers at once', async () => {
      const signatures = await Promise.all(Array.from({ length: 8 }, () => sign('history-checkpoints')));
      const { keys } = await running.platform.listPlatformPublicKeys({ purpose: 'history-checkpoints' });
      expect(keys).toEqual([{ key_id: expect.any(String), algorithm: 'ED25519', public_key: expect.stringContaining('PUBLIC KEY') }]);
      for (const { key_id, signature } of signatures) {
        expect(key_id).toBe(keys[0]?.key_id);
        expect(verify(null, message, createPublicKey(keys[0]?.public_key ?? ''), signature)).toBe(true);
      }
      const other = await sign('usage-records');
      expect(other.key_id).not.toBe(keys[0]?.key_id);
      expect(verify(null, message, createPublicKey(keys[0]?.public_key ?? ''), other.signature)).toBe(false);
    });

    it('is refused for what is no purpose, and for messages that are none or too long', async () => {
      for (const purpose of ['', 'A', 'a b', 'x'.repeat(65)]) await expect(sign(purpose)).rejects.toMatchObject({ code: 'KMS.0308' });
      for (const length of [0, 4097]) await expect(sign('a', Buffer.alloc(length))).rejects.toMatchObject({ code: 'KMS.0308' });
    });

    it('uses keys that no tenant reaches or counts', async () => {
      const { key_id } = await sign('history-checkpoints');
      const { describe, list, as, project_id } = signer();
      await expect(describe(key_id)).rejects.toMatchObject({ code: 'KMS.0207' });
      expect((await list({ key_spec: 'ALL' })).total).toBe(0);
      expect((await running.quotas.showUserQuotas({ project_id }, as())).quotas?.resources[0]?.used).toBe(0);
    });
  });
});
