import { createHash } from 'node:crypto';
import { CreateDatakeyWithoutPlaintextRequest, CreateRandomRequest, DecryptDataRequest, EncryptDatakeyRequest, EncryptDataRequest } from '@windlass/contracts/kms/v1/data_encryption_service';
import { runKms, type RunningKms } from '../testing/running-kms.js';

describe('small data', () => {
  let running: RunningKms;
  beforeAll(async () => {
    running = await runKms();
  });
  afterAll(() => running?.close());

  function tenant() {
    const made = running.tenant();
    const { project_id, as } = made;
    return {
      ...made,
      encrypt: (key_id: string, plain_text: string, more: Partial<EncryptDataRequest> = {}) => running.data.encryptData(EncryptDataRequest.fromPartial({ project_id, key_id, plain_text, ...more }), as()),
      open: (cipher_text: string, more: Partial<DecryptDataRequest> = {}) => running.data.decryptData(DecryptDataRequest.fromPartial({ project_id, cipher_text, ...more }), as()),
      wrap: (key_id: string, own: Buffer, more: Partial<EncryptDatakeyRequest> = {}) =>
        running.data.encryptDatakey(
          EncryptDatakeyRequest.fromPartial({ project_id, key_id, plain_text: Buffer.concat([own, createHash('sha256').update(own).digest()]).toString('hex'), datakey_plain_length: String(own.length), ...more }),
          as(),
        ),
      wrapped: (key_id: string, more: Partial<CreateDatakeyWithoutPlaintextRequest> = {}) =>
        running.data.createDatakeyWithoutPlaintext(CreateDatakeyWithoutPlaintextRequest.fromPartial({ project_id, key_id, ...more }), as()),
      random: async (random_data_length = '') => (await running.data.createRandom(CreateRandomRequest.fromPartial({ project_id, random_data_length }), as())).random_data,
    };
  }
  const shut = { kind: 'invalid', code: 'KMS.0308' };

  it('is encrypted and decrypted by the key that its ciphertext names, before and after a rotation', async () => {
    const { create, encrypt, open, rotate } = tenant();
    const key_id = await create();
    const { cipher_text } = await encrypt(key_id, 'größe', { encryption_algorithm: 'SYMMETRIC_DEFAULT' });
    expect(cipher_text).toMatch(/^[A-Za-z0-9+/]+=*$/);
    await rotate(key_id);
    expect(await open(cipher_text)).toEqual({ key_id, plain_text: 'größe', plain_text_base64: Buffer.from('größe').toString('base64') });
    expect(await open(cipher_text, { key_id })).toMatchObject({ plain_text: 'größe' });
    const longest = 'x'.repeat(4096);
    expect(await open((await encrypt(key_id, longest)).cipher_text)).toMatchObject({ plain_text: longest });
    for (const plain of ['', 'x'.repeat(4097), 'ö'.repeat(2049)]) await expect(encrypt(key_id, plain)).rejects.toMatchObject(shut);
    await expect(encrypt(key_id, 'x', { encryption_algorithm: 'RSAES_OAEP_SHA_256' })).rejects.toMatchObject(shut);
  });

  it('opens with its context and additional data only, whole, and for nobody else', async () => {
    const owner = tenant();
    const { create, encrypt, open, dataKey } = owner;
    const [key_id, other] = [await create(), await create({ key_alias: 'other' })];
    const bound = { encryption_context: { app: 'shop', stage: 'test' }, additional_authenticated_data: 'row 7' };
    const { cipher_text } = await encrypt(key_id, 'secret', bound);
    expect(await open(cipher_text, { ...bound, encryption_context: { stage: 'test', app: 'shop' } })).toMatchObject({ plain_text: 'secret' });
    for (const wrong of [{}, { ...bound, encryption_context: {} }, { ...bound, encryption_context: { app: 'shop' } }, { ...bound, additional_authenticated_data: '' }, { ...bound, key_id: other }]) {
      await expect(open(cipher_text, wrong)).rejects.toMatchObject(shut);
    }
    const bytes = Buffer.from(cipher_text, 'base64');
    for (const at of [0, 20, 30, bytes.length - 1]) {
      const altered = Buffer.from(bytes);
      altered[at]! ^= 1;
      await expect(open(altered.toString('base64'), bound)).rejects.toMatchObject(shut);
    }
    for (const text of ['', '!', 'AAAA', Buffer.from((await dataKey(key_id)).cipher_text, 'hex').toString('base64')]) await expect(open(text)).rejects.toMatchObject(shut);
    await expect(tenant().open(cipher_text, bound)).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.0207' });
    await expect(encrypt(key_id, 'x', { encryption_context: { a: 'x'.repeat(8192) } })).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0208' });
  });

  it('is not for disabled keys and key pairs', async () => {
    const { create, encrypt, open, disable } = tenant();
    const [key_id, pair] = [await create(), await create({ key_alias: 'pair', key_spec: 'EC_P256' })];
    const { cipher_text } = await encrypt(key_id, 'x');
    await disable(key_id);
    for (const use of [encrypt(key_id, 'x'), open(cipher_text)]) await expect(use).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0209' });
    await expect(encrypt(pair, 'x')).rejects.toMatchObject(shut);
  });

  it('and data keys: of the caller, and without their plain text', async () => {
    const { create, wrap, wrapped, decrypt } = tenant();
    const key_id = await create();
    const own = Buffer.alloc(48, 7);
    const context = { encryption_context: { app: 'shop' } };
    const { cipher_text, datakey_length } = await wrap(key_id, own, context);
    expect(datakey_length).toBe('48');
    expect(await decrypt(key_id, cipher_text, context)).toMatchObject({ data_key: own.toString('hex'), datakey_length: '48' });
    await expect(decrypt(key_id, cipher_text)).rejects.toMatchObject({ code: 'KMS.2201' });
    await expect(wrap(key_id, own, { datakey_plain_length: '32' })).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2102' });
    await expect(wrap(key_id, own, { plain_text: '00'.repeat(64) })).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2102' });
    await expect(wrap(key_id, own, { plain_text: '00'.repeat(80) })).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2103' });
    await expect(wrap(key_id, Buffer.alloc(0))).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2101' });
    const made = await wrapped(key_id, { key_spec: 'AES_128' });
    expect(made).toEqual({ key_id, cipher_text: expect.any(String) });
    expect(await decrypt(key_id, made.cipher_text)).toMatchObject({ datakey_length: '16' });
    await expect(wrapped(key_id, { datakey_length: '7' })).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.1901' });
  });

  it('comes at random too, of the length that is asked for', async () => {
    const { random } = tenant();
    expect(await random()).toMatch(/^[0-9a-f]{64}$/);
    expect(await random('8192')).toMatch(/^[0-9a-f]{2048}$/);
    expect(await random('512')).not.toBe(await random('512'));
    for (const length of ['0', '12', '8200', 'x']) await expect(random(length)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2001' });
  });
});
