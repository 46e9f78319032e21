import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { WindlassError } from '@windlass/errors';
import { RunningWorker, until } from '../testing/running-worker.js';
import { openMemoryFolder } from './memory-folder.js';

const MARKER = 'the secret recipe of the house';
const SOURCE = `
// ${MARKER}
require('http').createServer((request, response) => {
  if (request.url === '/hang') return;
  response.end(JSON.stringify({ marker: process.env.MARKER, token: process.env.TOKEN, code: require('fs').statSync('/opt/function/code/index.js').size }));
}).listen(8000, '127.0.0.1');
`;

describe('functions under customers\' keys', () => {
  let worker: RunningWorker;
  let memory: string;
  let keys = 0;
  let revisions = 0;

  beforeAll(async () => {
    memory = await mkdtemp('/dev/shm/windlass-test-');
    worker = await RunningWorker.start({ sealedCodeMb: 1 }, { memoryDirectory: memory });
  });
  afterAll(async () => {
    await worker?.close();
    await rm(memory, { recursive: true, force: true });
  });

  /** A function whose code, and environment where one is given, lie under a key of its own. */
  async function deploy({ environment, source = SOURCE, changes = {} }: { environment?: Record<string, string>; source?: string; changes?: Partial<FunctionSpec> } = {}): Promise<FunctionSpec> {
    const key = `key-${(keys += 1)}`;
    const dataKey = randomBytes(32);
    const plain = await worker.deploy(source, { code_key_id: key, environment_key_id: environment === undefined ? '' : key, ...changes });
    const spec = worker.registry.seal(plain, dataKey);
    worker.registry.put(spec);
    worker.registry.locks.set(spec.func_id, { code_key: dataKey, has_environment: environment !== undefined, environment: environment ?? {}, user_data: '' });
    return spec;
  }
  const refuse = (spec: FunctionSpec, reason: string, message: string) => worker.registry.locks.set(spec.func_id, new WindlassError({ kind: 'invalid', code: 'FSS.0400', reason, message }));
  const announce = (spec: FunctionSpec, state: string) => worker.announceKey(spec.code_key_id, state, (revisions += 1));
  const answer = async (spec: FunctionSpec): Promise<string> => {
    const { status, headers, body } = await worker.send(spec);
    return status === 200 ? '200' : `${status} ${String(headers['x-func-err-code'])} ${String(headers['x-func-err-reason'])} ${body.toString()}`;
  };
  const inMemory = async (): Promise<string[]> => {
    // A folder may go while it is read: then it is read again.
    const names = await readdir(memory, { recursive: true }).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? inMemory() : Promise.reject(error)));
    return names.filter((name) => name.endsWith('index.js'));
  };
  async function filesWith(text: string, folder: string): Promise<string[]> {
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
    const found = await Promise.all(files.map(async ({ parentPath, name }) => ((await readFile(join(parentPath, name))).includes(text) ? [join(parentPath, name)] : [])));
    return found.flat();
  }

  it('run from memory: in the clear their code is in no file on a disk, and gone with the last instance', async () => {
    const spec = await deploy({ environment: { MARKER: 'm', TOKEN: 't' } });
    const { status, body } = await worker.send(spec);
    expect([status, JSON.parse(body.toString())]).toEqual([200, { marker: 'm', token: 't', code: SOURCE.length }]);
    expect(await inMemory()).toHaveLength(1);
    expect(await filesWith(MARKER, join(worker.directory, 'data'))).toEqual([]);

    await worker.announce({ $case: 'removed', value: { func_id: spec.func_id, version: '', revision: 2 } });
    await until(async () => (await inMemory()).length === 0, 'the code is gone with the instance');
  });

  it('ask for nothing while they are warm, and for everything at each start', async () => {
    const spec = await deploy({ changes: { instance_concurrency: 1 } });
    await answer(spec);
    const before = worker.registry.unlocks;
    for (let request = 0; request < 20; request += 1) expect(await answer(spec)).toBe('200');
    expect(worker.registry.unlocks).toBe(before);
    const downloads = worker.registry.downloads;
    const hanging = new AbortController();
    const held = worker.send(spec, { path: '/hang', signal: hanging.signal }).catch(() => 'ended');
    await until(async () => (await worker.instances(spec)).includes('1:busy'), 'the instance is busy');
    expect(await answer(spec)).toBe('200');
    expect(worker.registry.unlocks).toBe(before + 1);
    // They share what is open.
    expect(worker.registry.downloads).toBe(downloads);
    hanging.abort();
    await held;
  });

  it('end when their key is disabled, warm and busy, with all that was in the clear; and start again when it is enabled', async () => {
    const spec = await deploy();
    const lock = worker.registry.locks.get(spec.func_id);
    const others = (await inMemory()).length;
    expect(await answer(spec)).toBe('200');
    const held = worker.send(spec, { path: '/hang', method: 'POST' });
    await until(async () => (await worker.instances(spec)).includes('1:busy'), 'the instance is busy');

    refuse(spec, 'KEY_UNUSABLE', 'The key is disabled.');
    await announce(spec, 'disabled');
    await until(async () => (await worker.instances(spec)).length === 0, 'no instance is left');
    await until(async () => (await inMemory()).length === others, 'nothing is left in the clear');
    expect([502, 503]).toContain((await held).status);
    const unlocks = worker.registry.unlocks;
    expect(await answer(spec)).toMatch(/^502 4201 KEY_UNUSABLE .*is disabled/);
    // What is known is not asked for.
    expect(worker.registry.unlocks).toBe(unlocks);

    if (lock !== undefined) worker.registry.locks.set(spec.func_id, lock);
    await announce(spec, 'enabled');
    await until(async () => (await answer(spec)) === '200', 'it answers again');
  });

  it('say which key or permission is missing, and start as soon as it is there', async () => {
    const spec = await deploy();
    const lock = worker.registry.locks.get(spec.func_id);
    refuse(spec, 'AGENCY_LACKS_ACTIONS', 'The agency a may not do kms:dek:decrypt on the key.');
    for (let request = 0; request < 5; request += 1) expect(await answer(spec)).toMatch(/^502 4222 KEY_AGENCY_UNUSABLE .*may not do kms:dek:decrypt/);
    refuse(spec, 'KEY_UNUSABLE', 'The key k cannot be used: it does not exist.');
    await until(async () => /^502 4201 KEY_UNUSABLE .*does not exist/.test(await answer(spec)), 'the other reason is told');
    if (lock !== undefined) worker.registry.locks.set(spec.func_id, lock);
    await until(async () => (await answer(spec)) === '200', 'it starts');
  });

  it('do not start with a package that was altered, cut or moved, and leave nothing behind', async () => {
    for (const alter of [(sealed: Buffer) => sealed.fill(0xff, 40, 41), (sealed: Buffer) => sealed.subarray(0, -1), (sealed: Buffer) => Buffer.concat([sealed, Buffer.alloc(1)])]) {
      const spec = await deploy();
      const sealed = worker.registry.packages.get(spec.stored_code_digest);
      worker.registry.packages.set(spec.stored_code_digest, alter(Buffer.from(sealed ?? '')));
      expect(await answer(spec)).toMatch(/^503 4201 SEAL_BROKEN/);
    }
    const [one, two] = [await deploy(), await deploy()];
    worker.registry.put({ ...one, stored_code_digest: two.stored_code_digest });
    expect(await answer(one)).toMatch(/^503 4201 SEAL_BROKEN/);
    expect((await readdir(memory, { recursive: true })).filter((name) => name.endsWith('package.zip'))).toEqual([]);
  });

  it('take no more memory than there is for them', async () => {
    const spec = await deploy({ source: `${SOURCE}//${'x'.repeat(2 * 1024 * 1024)}` });
    expect(await answer(spec)).toMatch(/^503 500 CODE_MEMORY_FULL .*1 MB of memory.*WINDLASS_WORKER_SEALED_CODE_MB/);
  });
});

describe('the folder in memory', () => {
  it('is none on a disk, and none that is somebody else\'s', async () => {
    const parent = await mkdtemp('/dev/shm/windlass-test-');
    try {
      await expect(openMemoryFolder('/proc/self', '/data')).resolves.toEqual({ missing: expect.stringContaining('is not in memory') });
      await expect(openMemoryFolder(join(parent, 'none'), '/data')).resolves.toEqual({ missing: expect.stringContaining('cannot be used') });
      const opened = await openMemoryFolder(parent, '/data');
      expect(opened).toEqual({ path: expect.stringContaining(parent) });
    } finally {
      await rm(parent, { recursive: true });
    }
  });
});
