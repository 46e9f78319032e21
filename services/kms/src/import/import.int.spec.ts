import { constants, createDecipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { CreateParametersForImportRequest, ImportKeyMaterialRequest } from '@windlass/contracts/kms/v1/key_import_service';
import { reseal } from '../root-key/reseal.js';
import { runKms, type RunningKms } from '../testing/running-kms.js';

const DAY_MS = 86_400_000;

describe('imported material', () => {
  let running: RunningKms;
  beforeAll(async () => {
    running = await runKms();
  });
  afterAll(() => running?.close());

  function tenant() {
    const made = running.tenant();
    const { project_id, as, ofKey } = made;
    const parameters = (key_id: string, wrapping_algorithm = 'RSAES_OAEP_SHA_256') => running.imports.createParametersForImport(CreateParametersForImportRequest.fromPartial({ project_id, key_id, wrapping_algorithm }), as());
    const bring = (key_id: string, request: Partial<ImportKeyMaterialRequest>) => running.imports.importKeyMaterial(ImportKeyMaterialRequest.fromPartial({ project_id, key_id, ...request }), as());
    return {
      ...made,
      external: (key_alias = 'brought') => made.create({ key_alias, origin: 'external' }),
      parameters,
      bring,
      import: async (key_id: string, material: Buffer, expiration_time?: number) => {
        const { import_token, public_key } = await parameters(key_id);
        await bring(key_id, { import_token, encrypted_key_material: wrapped(public_key, material), expiration_time });
      },
      erase: (key_id: string) => running.imports.deleteImportedKeyMaterial(ofKey(key_id), as()),
    };
  }
  const wrapped = (publicKey: string, material: Buffer): string =>
    publicEncrypt({ key: createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' }), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material).toString('base64');
  const inSeconds = (ms: number): number => Math.floor((Date.now() + ms) / 1000);
  const materials = async (keyId: string) => Number((await running.dataSource.query<{ count: string }[]>('SELECT count(*) AS count FROM kms.key_materials WHERE key_id = $1', [keyId]))[0]?.count);

  it('is awaited by a key of origin external, which is used for nothing before', async () => {
    const { external, describe, dataKey, disable, enable, rotate, list } = tenant();
    const key_id = await external();
    expect(await describe(key_id)).toMatchObject({ key_state: '5', origin: 'external', expiration_time: '' });
    expect(await list({ key_state: '5' })).toMatchObject({ keys: [key_id] });
    expect(await materials(key_id)).toBe(0);
    for (const attempt of [dataKey, disable, enable, rotate]) await expect(attempt(key_id)).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0311' });
  });

  it('is the material that seals: what the key wraps opens with it alone', async () => {
    const { external, parameters, import: bring, describe, dataKey, domain_id, project_id } = tenant();
    const key_id = await external();
    const told = await parameters(key_id);
    expect(told).toMatchObject({ key_id, import_token: expect.stringMatching(/^[A-Za-z0-9+/]{200,6144}={0,2}$/) });
    expect(createPublicKey({ key: Buffer.from(told.public_key, 'base64'), format: 'der', type: 'spki' }).asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
    expect(Math.abs(told.expiration_time - inSeconds(DAY_MS))).toBeLessThan(600);
    const material = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
    await bring(key_id, material);
    expect(await describe(key_id)).toMatchObject({ key_state: '2', origin: 'external', expiration_time: '' });
    const { cipher_text, plain_text } = await dataKey(key_id);
    // The layout of src/envelope/envelope.ts, opened with the material in our hands and nothing of the service.
    const envelope = Buffer.from(cipher_text, 'hex');
    const decipher = createDecipheriv('aes-256-gcm', material, envelope.subarray(21, 33));
    decipher.setAAD(Buffer.from(JSON.stringify(['windlass kms data key', '1', domain_id, project_id, key_id, '1', ''])));
    decipher.setAuthTag(envelope.subarray(-16));
    expect(Buffer.concat([decipher.update(envelope.subarray(33, -16)), decipher.final()]).toString('hex')).toBe(plain_text);
  });

  it('goes when it is deleted, and nothing but the same comes back, under which all opens again', async () => {
    const { external, import: bring, erase, describe, dataKey, decrypt, rotate, disable } = tenant();
    const key_id = await external();
    const material = randomBytes(32);
    await bring(key_id, material);
    await expect(bring(key_id, material)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0310' });
    await expect(rotate(key_id)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0312' });
    const { cipher_text, plain_text } = await dataKey(key_id);
    await disable(key_id);
    await erase(key_id);
    expect(await describe(key_id)).toMatchObject({ key_state: '5' });
    expect(await materials(key_id)).toBe(0);
    await expect(decrypt(key_id, cipher_text)).rejects.toMatchObject({ code: 'KMS.0311' });
    await expect(erase(key_id)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2701' });
    await expect(bring(key_id, randomBytes(32))).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2606' });
    expect(await describe(key_id)).toMatchObject({ key_state: '5' });
    await bring(key_id, material);
    expect(await decrypt(key_id, cipher_text)).toMatchObject({ data_key: plain_text });
  });

  it('ends at its time: at once for who uses it, and then for good', async () => {
    const { external, import: bring, describe, dataKey, schedule, cancel } = tenant();
    const [key_id, doomed] = [await external('ends'), await external('doomed')];
    const at = inSeconds(DAY_MS);
    for (const id of [key_id, doomed]) await bring(id, randomBytes(32), at);
    expect(await describe(key_id)).toMatchObject({ key_state: '2', expiration_time: String(at * 1000) });
    await schedule(doomed, '30');
    await running.upkeep(new Date(at * 1000 - 1)).run();
    expect([await materials(key_id), await materials(doomed)]).toEqual([1, 1]);
    // As if it were that time, before anybody has looked.
    await running.dataSource.query(`UPDATE kms.keys SET material_expires_at = now() WHERE id = $1`, [key_id]);
    await expect(dataKey(key_id)).rejects.toMatchObject({ code: 'KMS.0311' });
    await Promise.all([1, 2].map(() => running.upkeep(new Date(at * 1000)).run()));
    expect([await materials(key_id), await materials(doomed)]).toEqual([0, 0]);
    expect(await describe(key_id)).toMatchObject({ key_state: '5', expiration_time: '' });
    expect(await describe(doomed)).toMatchObject({ key_state: '4', expiration_time: '' });
    expect(await cancel(doomed)).toEqual({ key_id: doomed, key_state: '5' });
    const told = await running.dataSource.query<{ type: string }[]>(`SELECT type FROM kms.events WHERE stream_id = $1 ORDER BY version`, [`key-${doomed}`]);
    expect(told.map(({ type }) => type)).toEqual(['KeyCreated', 'KeyImportAwaited', 'KeyMaterialImported', 'KeyDeletionScheduled', 'KeyMaterialRemoved', 'KeyDeletionCancelled', 'KeyImportAwaited']);
  });

  it('comes with a token of its key and day, whole and unaltered', async () => {
    const { external, create, parameters, bring } = tenant();
    const [key_id, other, own] = [await external('one'), await external('two'), await create({ key_alias: 'own' })];
    const { import_token, public_key } = await parameters(key_id);
    const encrypted_key_material = wrapped(public_key, randomBytes(32));
    const token = Buffer.from(import_token, 'base64');
    const altered = (at: number): string => {
      const bytes = Buffer.from(token);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      return bytes.toString('base64');
    };
    await expect(bring(other, { import_token, encrypted_key_material })).rejects.toMatchObject({ code: 'KMS.2603' });
    for (const at of [0, 20, 24, 25, 40, token.length - 1]) await expect(bring(key_id, { import_token: altered(at), encrypted_key_material })).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2605' });
    for (const none of ['', 'x', 'AAAA', token.subarray(0, 40).toString('base64')]) await expect(bring(key_id, { import_token: none, encrypted_key_material })).rejects.toMatchObject({ code: 'KMS.2605' });
    for (const [material, code] of [
      [wrapped(public_key, randomBytes(16)), 'KMS.2604'],
      [wrapped((await parameters(key_id)).public_key, randomBytes(32)), 'KMS.0308'],
      ['AAAA', 'KMS.0308'],
    ] as const) {
      await expect(bring(key_id, { import_token, encrypted_key_material: material })).rejects.toMatchObject({ kind: 'invalid', code });
    }
    await expect(bring(key_id, { import_token, encrypted_key_material, expiration_time: inSeconds(-1000) })).rejects.toMatchObject({ code: 'KMS.2602' });
    await expect(parameters(own)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0309' });
    await expect(parameters(key_id, 'SM2_ENCRYPT')).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0308' });
    await expect(tenant().parameters(key_id)).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.0207' });
    await bring(key_id, { import_token, encrypted_key_material });
  });

  it('is not brought with a token whose day has passed', async () => {
    const { external, project_id, domain_id } = tenant();
    const id = await external();
    const { importToken, privateKeyOf } = await import('./import-ticket.js');
    const { KeyMaterial } = await import('../key/index.js');
    const material = new KeyMaterial(running.dataSource, running.config.rootKey);
    const owner = { id, projectId: project_id, domainId: domain_id };
    const token = importToken(material, owner, new Date(1000), Buffer.from('a private key'));
    expect(privateKeyOf(material, owner, token, new Date(999)).toString()).toBe('a private key');
    expect(() => privateKeyOf(material, owner, token, new Date(1000))).toThrow(expect.objectContaining({ code: 'KMS.2601' }));
    for (const foreign of [{ ...owner, domainId: 'd' }, { ...owner, projectId: 'p' }]) expect(() => privateKeyOf(material, foreign, token, new Date(999))).toThrow(expect.objectContaining({ code: 'KMS.2605' }));
  });

  it('is forgotten with its key, whatever tells it from other material too', async () => {
    const { external, import: bring, schedule } = tenant();
    const key_id = await external();
    await bring(key_id, randomBytes(32));
    await schedule(key_id);
    await running.upkeep(new Date(Date.now() + 8 * DAY_MS)).run();
    expect(await running.dataSource.query('SELECT 1 FROM kms.imported_materials WHERE key_id = $1', [key_id])).toEqual([]);
    expect(await materials(key_id)).toBe(0);
  });

  // The last one: after it the service has the wrong root key.
  it('is sealed under another root key like all material', async () => {
    const { external, import: bring, parameters } = tenant();
    const [key_id, awaiting] = [await external('here'), await external('waiting')];
    await bring(key_id, randomBytes(32));
    await parameters(awaiting);
    expect(await reseal(running.dataSource, running.config.rootKey, Buffer.alloc(32, 7))).toBeGreaterThan(0);
    await expect(bring(awaiting, randomBytes(32))).rejects.toMatchObject({ kind: 'unavailable', code: 'KMS.0101' });
  });
});
