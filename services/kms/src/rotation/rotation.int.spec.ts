import { runKms, type RunningKms } from '../testing/running-kms.js';

const DAY_MS = 86_400_000;

describe('the rotation of a key', () => {
  let running: RunningKms;
  beforeAll(async () => {
    running = await runKms();
  });
  afterAll(() => running?.close());

  function tenant() {
    const made = running.tenant();
    return {
      ...made,
      status: (key_id: string) => running.rotation.showKeyRotationStatus(made.ofKey(key_id), made.as()),
      off: (key_id: string) => running.rotation.disableKeyRotation(made.ofKey(key_id), made.as()),
      every: (key_id: string, rotation_interval: number) => running.rotation.updateKeyRotationInterval({ ...made.ofKey(key_id), rotation_interval }, made.as()),
    };
  }
  const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
  const versionOf = (cipherText: string): number => Buffer.from(cipherText, 'hex').readUInt32BE(17);

  it('on demand seals with new material and opens what was sealed before', async () => {
    const { create, dataKey, decrypt, rotate, status } = tenant();
    const key_id = await create();
    const sealed = [await dataKey(key_id)];
    for (let rotations = 1; rotations <= 3; rotations++) {
      expect(await rotate(key_id)).toEqual({ key_id, number_of_rotations: rotations });
      sealed.push(await dataKey(key_id));
    }
    expect(sealed.map(({ cipher_text }) => versionOf(cipher_text))).toEqual([1, 2, 3, 4]);
    for (const { cipher_text, plain_text } of sealed) expect(await decrypt(key_id, cipher_text)).toMatchObject({ data_key: plain_text });
    // Under other material than its own nothing opens.
    const moved = Buffer.from(sealed[0]?.cipher_text ?? '', 'hex');
    moved.writeUInt32BE(2, 17);
    await expect(decrypt(key_id, moved.toString('hex'))).rejects.toMatchObject({ code: 'KMS.2201' });
    expect(await status(key_id)).toMatchObject({ key_rotation_enabled: false, rotation_interval: 365, number_of_rotations: 3, last_rotation_time: expect.stringMatching(/^\d{13}$/) });
  });

  it('happens by itself when its interval has passed, once for however many look, and while the key is enabled', async () => {
    const { create, rotateByItself, every, status, disable, enable, describe } = tenant();
    const key_id = await create();
    expect(await status(key_id)).toEqual({ key_rotation_enabled: false, rotation_interval: 365, last_rotation_time: '', number_of_rotations: 0 });
    await rotateByItself(key_id);
    expect(await describe(key_id)).toMatchObject({ key_rotation_enabled: 'true' });
    await every(key_id, 30);
    await running.upkeep(inDays(29.9)).run();
    expect(await status(key_id)).toMatchObject({ number_of_rotations: 0, rotation_interval: 30 });
    await disable(key_id);
    await running.upkeep(inDays(30.1)).run();
    expect(await status(key_id)).toMatchObject({ number_of_rotations: 0 });
    await enable(key_id);
    await Promise.all([1, 2, 3].map(() => running.upkeep(inDays(30.1)).run()));
    expect(await status(key_id)).toMatchObject({ number_of_rotations: 1 });
    await running.upkeep(inDays(60)).run();
    expect(await status(key_id)).toMatchObject({ number_of_rotations: 1 });
    await running.upkeep(inDays(60.2)).run();
    expect(await status(key_id)).toMatchObject({ number_of_rotations: 2 });
  });

  it('is switched on and off, and says when it is already', async () => {
    const { create, rotateByItself, off, every, status } = tenant();
    const key_id = await create();
    await expect(off(key_id)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0313' });
    await expect(every(key_id, 30)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0313' });
    await rotateByItself(key_id);
    await expect(rotateByItself(key_id)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.2901' });
    for (const days of [0, 29, 366]) await expect(every(key_id, days)).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.3001' });
    await off(key_id);
    await running.upkeep(inDays(400)).run();
    expect(await status(key_id)).toMatchObject({ key_rotation_enabled: false, number_of_rotations: 0 });
  });

  it('is not for key pairs, disabled keys, or keys of others', async () => {
    const { create, rotate, rotateByItself, disable, schedule } = tenant();
    const [pair, key_id] = [await create({ key_alias: 'pair', key_spec: 'EC_P256' }), await create()];
    for (const attempt of [rotate(pair), rotateByItself(pair)]) await expect(attempt).rejects.toMatchObject({ kind: 'invalid', code: 'KMS.0308' });
    await expect(tenant().rotate(key_id)).rejects.toMatchObject({ kind: 'not_found', code: 'KMS.0207' });
    await disable(key_id);
    await expect(rotate(key_id)).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0209' });
    await schedule(key_id);
    await expect(rotate(key_id)).rejects.toMatchObject({ kind: 'forbidden', code: 'KMS.0210' });
  });
});
