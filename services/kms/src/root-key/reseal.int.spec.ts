import { join } from 'node:path';
import { CreateKeyRequest, DecryptDatakeyRequest, KeyServiceClient } from '@windlass/contracts/kms/v1/key_service';
import { connect } from '@windlass/grpc';
import { startKms } from '../index.js';
import { runKms, type RunningKms } from '../testing/running-kms.js';
import { reseal } from './reseal.js';

describe('sealing all keys under another root key', () => {
  let running: RunningKms;
  beforeEach(async () => {
    running = await runKms({ keysPerAccount: 2000 });
  });
  afterEach(() => running?.close());

  const next = Buffer.alloc(32, 7);
  const wrapped = (): Promise<unknown[]> => running.dataSource.query('SELECT key_id, version, wrapped FROM kms.key_materials ORDER BY 1, 2');

  it('keeps everything readable with the new one, and nothing with the old one', async () => {
    const { create, dataKey, rotate, project_id, as } = running.tenant();
    const key_id = await create();
    const sealed = [await dataKey(key_id)];
    await rotate(key_id);
    sealed.push(await dataKey(key_id));
    await create({ key_alias: 'pair', key_spec: 'EC_P256' });
    expect(await reseal(running.dataSource, running.config.rootKey, next)).toBe(3);
    // The service that runs still has the old one: it makes nothing under it, and says what it needs.
    for (const attempt of [dataKey(key_id), create({ key_alias: 'late' }), rotate(key_id)]) await expect(attempt).rejects.toMatchObject({ kind: 'unavailable', code: 'KMS.0101' });
    expect(running.logged.join('')).not.toContain('does not open');
    const grpcAddress = `unix:${join(running.directory, 'other.sock')}`;
    await expect(startKms({ ...running.config, grpcAddress })).rejects.toThrow(/root key is not the one/);
    const service = await startKms({ ...running.config, grpcAddress, rootKey: next });
    const keys = connect(KeyServiceClient, grpcAddress);
    try {
      for (const { cipher_text, plain_text } of sealed) {
        const request = DecryptDatakeyRequest.fromPartial({ project_id, key_id, cipher_text });
        expect(await keys.decryptDatakey(request, as())).toMatchObject({ data_key: plain_text });
      }
      await expect(keys.createKey(CreateKeyRequest.fromPartial({ project_id, key_alias: 'late' }), as())).resolves.toBeDefined();
    } finally {
      keys.close();
      await service.close();
    }
  });

  it('is done once however often it is asked for, and needs the present root key', async () => {
    const { create } = running.tenant();
    await create();
    await expect(reseal(running.dataSource, Buffer.alloc(32, 9), next)).rejects.toThrow(/present root key is not the one/);
    expect(await reseal(running.dataSource, running.config.rootKey, next)).toBe(1);
    const after = await wrapped();
    expect(await reseal(running.dataSource, running.config.rootKey, next)).toBe(0);
    expect(await wrapped()).toEqual(after);
  });

  it('leaves everything as it was when it ends half way', async () => {
    const { create, dataKey } = running.tenant();
    const ids = [await create({ key_alias: 'a' }), await create({ key_alias: 'b' })].sort();
    const before = await wrapped();
    const rows = (key_id: string) => running.dataSource.query<{ wrapped: Buffer }[]>('SELECT wrapped FROM kms.key_materials WHERE key_id = $1', [key_id]);
    const [whole] = await rows(ids[1] ?? '');
    // The second row does not open, after the first was sealed anew.
    await running.dataSource.query(`UPDATE kms.key_materials SET wrapped = set_byte(wrapped, 20, (get_byte(wrapped, 20) + 1) % 256) WHERE key_id = $1`, [ids[1]]);
    await expect(reseal(running.dataSource, running.config.rootKey, next)).rejects.toThrow(/does not open/);
    await running.dataSource.query('UPDATE kms.key_materials SET wrapped = $2 WHERE key_id = $1', [ids[1], whole?.wrapped]);
    expect(await wrapped()).toEqual(before);
    for (const key_id of ids) await expect(dataKey(key_id)).resolves.toBeDefined();
  });

  it('takes more keys than one statement does', async () => {
    const { create, rotate } = running.tenant();
    const key_id = await create();
    await rotate(key_id);
    const ids: string[] = [];
    while (ids.length < 520) ids.push(...(await Promise.all(Array.from({ length: 20 }, (_, index) => create({ key_alias: `k${ids.length + index}` })))));
    expect(await reseal(running.dataSource, running.config.rootKey, next)).toBe(ids.length + 2);
  });
});
