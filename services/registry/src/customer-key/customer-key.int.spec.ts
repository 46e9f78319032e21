import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShowFunctionConfigRequest, UpdateFunctionCodeRequest, UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { CreateFunctionVersionRequest } from '@windlass/contracts/registry/v1/version_service';
import { openPackage } from '@windlass/package-seal';
import { RegistryFixture, zipBase64, type Tenant } from '../testing/registry-fixture.js';
import { openDatabase } from '../database/database.js';

describe('code and environments under customers\' keys', () => {
  let registry: RegistryFixture;
  let ann: Tenant;
  let key: string;
  let names = 0;

  beforeAll(async () => {
    registry = await RegistryFixture.start();
  });
  afterAll(() => registry?.stop());
  beforeEach(() => {
    ann = tenant();
    key = registry.kms.createKey(ann.project);
  });

  function tenant(): Tenant {
    const made = registry.tenant();
    registry.iam.agencies.set(`${made.principal.domain_id}/encryptor`, 'usable');
    return made;
  }
  const create = (change: Parameters<RegistryFixture['create']>[1] = {}, as = ann) => registry.create(as, { func_name: `f${(names += 1)}`, xrole: 'encryptor', ...change });
  const sql = async <T>(text: string, parameters: unknown[] = []): Promise<T[]> => {
    const dataSource = await openDatabase(registry.config.databaseUrl);
    try {
      return await dataSource.query<T[]>(text, parameters);
    } finally {
      await dataSource.destroy();
    }
  };
  const unlock = async (func_id: string, version = 'latest') => {
    const { revision } = await registry.catalog.showFunctionSpec({ func_id, version });
    return registry.sealed.unlockVersion({ func_id, version, revision });
  };
  const spec = (func_id: string, version = 'latest') => registry.catalog.showFunctionSpec({ func_id, version });
  const stored = async (digest: string): Promise<Buffer> => {
    const { packages } = registry.config;
    if (!('directory' in packages)) throw new Error('the packages of this test are files');
    return readFile(join(packages.directory, digest.slice(0, 2), digest));
  };
  const publish = (function_urn: string, version: string) => registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ project_id: ann.project, function_urn, version }), ann.metadata());
  const show = (function_urn: string, as = ann) => registry.functions.showFunctionConfig(ShowFunctionConfigRequest.fromPartial({ project_id: as.project, function_urn }), as.metadata());
  const configure = (function_urn: string, change: Partial<UpdateFunctionConfigRequest>) => {
    const usual = { project_id: ann.project, function_urn, runtime: 'http', timeout: 30, handler: '-', memory_size: 256, xrole: 'encryptor' };
    return registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial({ ...usual, ...change }), ann.metadata());
  };
  async function open(dataKey: Buffer, { domain_id, project_id, func_id, code_digest, stored_code_digest }: Awaited<ReturnType<typeof spec>>, change: object = {}): Promise<Buffer> {
    const parts: Buffer[] = [];
    const context = { purpose: 'function-code', domain_id, project_id, func_id, digest: code_digest, ...change };
    for await (const part of openPackage(dataKey, context, [await stored(stored_code_digest)])) parts.push(part);
    return Buffer.concat(parts);
  }

  it('stores nothing of a package but ciphertext, which the key of the version opens for this function only', async () => {
    const zip = Buffer.from(zipBase64('a secret recipe'), 'base64');
    const made = await create({ code_encrypt_kms_key_id: key, func_code: { file: zip.toString('base64'), link: '' } });
    expect(made).toMatchObject({ code_encrypt_kms_key_id: key, digest: createHash('sha512').update(zip).digest('hex'), code_size: zip.length });

    const known = await spec(made.func_id);
    expect(known).toMatchObject({ code_key_id: key, code_digest: made.digest });
    expect(known.stored_code_digest).not.toBe(made.digest);
    const { code_key } = await unlock(made.func_id);
    expect(await open(Buffer.from(code_key), known)).toEqual(zip);
    for (const other of [{ func_id: 'f2' }, { domain_id: 'd2' }, { project_id: 'p2' }, { digest: 'd' }]) await expect(open(Buffer.from(code_key), known, other)).rejects.toThrow('does not open');

    const { packages } = registry.config;
    const files = 'directory' in packages ? await readdir(packages.directory, { recursive: true, withFileTypes: true }) : [];
    for (const file of files.filter((each) => each.isFile())) expect((await readFile(join(file.parentPath, file.name))).includes('a secret recipe')).toBe(false);
  });

  it('uses keys as the agency of the function, bound to function, version and digest', async () => {
    const made = await create({ code_encrypt_kms_key_id: key });
    await unlock(made.func_id);
    const calls = registry.kms.calls.filter(({ keyId }) => keyId === key);
    const bound = { purpose: 'function-code', func_id: made.func_id, function_urn: `${made.func_urn}`, digest: made.digest };
    expect(calls.map(({ operation, bound: context }) => [operation, context])).toEqual([
      ['create-datakey', bound],
      ['decrypt-datakey', bound],
    ]);
    for (const { context } of calls) expect(context.principal).toMatchObject({ domain_id: ann.principal.domain_id, project_id: ann.project, agency_name: 'encryptor', user_name: 'functiongraph' });
  });

  it('gives a published version a wrap of its own, that opens for no other version', async () => {
    const made = await create({ code_encrypt_kms_key_id: key, user_data_encrypt_kms_key_id: key, user_data: '{"COLOR":"red"}' });
    const published = await publish(made.func_urn, 'v1');
    expect(published).toMatchObject({ version: 'v1', code_encrypt_kms_key_id: key });
    await expect(unlock(made.func_id, 'v1')).resolves.toMatchObject({ has_environment: true, environment: { COLOR: 'red' } });
    expect(await open(Buffer.from((await unlock(made.func_id, 'v1')).code_key), await spec(made.func_id, 'v1'))).toEqual(await open(Buffer.from((await unlock(made.func_id)).code_key), await spec(made.func_id)));
    await expect(publish(made.func_urn, 'v2')).rejects.toMatchObject({ code: 'FSS.1016' });

    // What somebody moved from the one to the other in the database does not open.
    for (const path of ['code,sealed,wrappedKey', 'environmentSeal,wrappedKey']) {
      const [before] = await sql<{ record: object }>('SELECT record FROM registry.function_versions WHERE func_id = $1', [made.func_id]);
      await sql(`UPDATE registry.function_versions v SET record = jsonb_set(v.record, '{function,${path}}', f.record#>'{${path}}') FROM registry.functions f WHERE v.func_id = $1 AND f.func_id = $1`, [made.func_id]);
      await expect(unlock(made.func_id, 'v1')).rejects.toMatchObject({ reason: 'KEY_UNUSABLE', message: expect.stringContaining('KMS.2201') });
      await sql('UPDATE registry.function_versions SET record = $2 WHERE func_id = $1', [made.func_id, before?.record]);
      await expect(unlock(made.func_id, 'v1')).resolves.toMatchObject({ has_environment: true });
    }
  });

  it('does not open what was moved to another function, tenant or digest', async () => {
    const [one, two] = [await create({ code_encrypt_kms_key_id: key }), await create({ code_encrypt_kms_key_id: key, func_code: { file: zipBase64('other'), link: '' } })];
    const bob = tenant();
    const theirs = await create({ code_encrypt_kms_key_id: registry.kms.createKey(bob.project) }, bob);
    await sql(`UPDATE registry.functions t SET record = jsonb_set(t.record, '{code}', f.record->'code') FROM registry.functions f WHERE f.func_id = $1 AND t.func_id = ANY ($2)`, [one.func_id, [two.func_id, theirs.func_id]]);
    for (const { func_id } of [two, theirs]) await expect(unlock(func_id)).rejects.toMatchObject({ reason: 'KEY_UNUSABLE' });
    await sql(`UPDATE registry.functions SET record = jsonb_set(record, '{code,digest}', to_jsonb($2::text)) WHERE func_id = $1`, [one.func_id, 'd'.repeat(128)]);
    await expect(unlock(one.func_id)).rejects.toMatchObject({ reason: 'KEY_UNUSABLE' });
  });

  it('does not open with any byte of the stored package flipped', async () => {
    const made = await create({ code_encrypt_kms_key_id: key, code_type: 'inline', func_code: { file: Buffer.from('#!/bin/sh\n').toString('base64'), link: '' } });
    const known = await spec(made.func_id);
    const { packages } = registry.config;
    const path = 'directory' in packages ? join(packages.directory, known.stored_code_digest.slice(0, 2), known.stored_code_digest) : '';
    const whole = await stored(known.stored_code_digest);
    const { code_key } = await unlock(made.func_id);
    for (let at = 0; at < whole.length; at += 1) {
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] ?? 0) ^ 0xff;
      await writeFile(path, altered);
      await expect(open(Buffer.from(code_key), known)).rejects.toThrow('does not open');
    }
    await expect(registry.functions.showFunctionCode({ project_id: ann.project, function_urn: made.func_urn }, ann.metadata())).rejects.toMatchObject({ reason: 'SEAL_BROKEN' });
    await writeFile(path, whole);
    await expect(registry.functions.showFunctionCode({ project_id: ann.project, function_urn: made.func_urn }, ann.metadata())).resolves.toMatchObject({ func_code: { file: Buffer.from('#!/bin/sh\n').toString('base64') } });
  });

  it('needs an agency that may use the key, and names every action that it lacks', async () => {
    await expect(create({ code_encrypt_kms_key_id: key, xrole: '' })).rejects.toMatchObject({ code: 'FSS.1021', reason: 'AGENCY_MISSING' });
    registry.iam.agencies.set(`${ann.principal.domain_id}/weak`, 'usable');
    for (const action of ['kms:dek:create', 'kms:cmk:list']) registry.iam.denied.add(`weak ${action}`);
    const refused = { code: 'FSS.1021', reason: 'AGENCY_LACKS_ACTIONS', message: expect.stringMatching(new RegExp(`The agency weak may not do kms:dek:create on .*KeyId:${key}, kms:cmk:list on .*code_encrypt_kms_key_id needs`)) };
    await expect(create({ code_encrypt_kms_key_id: key, xrole: 'weak' })).rejects.toMatchObject(refused);

    const made = await create({ code_encrypt_kms_key_id: key });
    await expect(configure(made.func_urn, { xrole: 'weak' })).rejects.toMatchObject(refused);
    registry.iam.denied.add('encryptor kms:dek:decrypt');
    await expect(unlock(made.func_id)).rejects.toMatchObject({ reason: 'AGENCY_LACKS_ACTIONS', message: expect.stringContaining('kms:dek:decrypt') });
    registry.iam.denied.clear();
    await expect(unlock(made.func_id)).resolves.toMatchObject({ code_key: expect.anything() });
  });

  it('is refused for keys that are disabled, to be deleted, deleted or of another project, and opens again when the key can be used', async () => {
    const made = await create({ code_encrypt_kms_key_id: key });
    for (const [state, code] of [['disabled', 'KMS.0209'], ['pending_deletion', 'KMS.0210']] as const) {
      registry.kms.setState(key, state);
      const refused = { code: 'FSS.0400', reason: 'KEY_UNUSABLE', message: expect.stringMatching(new RegExp(`The key ${key} of code_encrypt_kms_key_id cannot be used: .*${code}`)) };
      await expect(unlock(made.func_id)).rejects.toMatchObject(refused);
      await expect(create({ code_encrypt_kms_key_id: key })).rejects.toMatchObject(refused);
      await expect(registry.functions.updateFunctionCode(UpdateFunctionCodeRequest.fromPartial({ project_id: ann.project, function_urn: made.func_urn, code_type: 'zip', func_code: { file: zipBase64('new'), link: '' } }), ann.metadata())).rejects.toMatchObject(refused);
      registry.kms.setState(key, 'enabled');
      await expect(unlock(made.func_id)).resolves.toMatchObject({ code_key: expect.anything() });
    }
    await expect(create({ code_encrypt_kms_key_id: registry.kms.createKey('another project') })).rejects.toMatchObject({ reason: 'KEY_UNUSABLE', message: expect.stringContaining('KMS.0207') });
    await expect(create({ code_encrypt_kms_key_id: 'my-key' })).rejects.toMatchObject({ reason: 'KEY_REFERENCE_INVALID' });
    registry.kms.deleteKey(key);
    await expect(unlock(made.func_id)).rejects.toMatchObject({ reason: 'KEY_UNUSABLE' });
  });

  it('makes the default key on first use, if the agency may create keys, and uses it ever after', async () => {
    registry.iam.denied.add('encryptor kms:cmk:create');
    await expect(create({ code_encrypt_kms_key_id: 'functiongraph/default' })).rejects.toMatchObject({ reason: 'AGENCY_LACKS_ACTIONS', message: expect.stringContaining('kms:cmk:create') });
    registry.iam.denied.clear();
    const first = await create({ code_encrypt_kms_key_id: 'functiongraph/default' });
    registry.iam.denied.add('encryptor kms:cmk:create');
    const second = await create({ code_encrypt_kms_key_id: 'functiongraph/default' });
    registry.iam.denied.clear();
    expect([first.code_encrypt_kms_key_id, second.code_encrypt_kms_key_id]).toEqual(['functiongraph/default', 'functiongraph/default']);
    expect((await spec(first.func_id)).code_key_id).toBe((await spec(second.func_id)).code_key_id);
    await expect(unlock(second.func_id)).resolves.toMatchObject({ code_key: expect.anything() });
  });

  it('keeps new code under the key of the function until another is named; the same code under the same key changes nothing', async () => {
    const made = await create({ code_encrypt_kms_key_id: key });
    const update = (file: string, code_encrypt_kms_key_id = '') =>
      registry.functions.updateFunctionCode(UpdateFunctionCodeRequest.fromPartial({ project_id: ann.project, function_urn: made.func_urn, code_type: 'zip', func_code: { file }, code_encrypt_kms_key_id }), ann.metadata());
    await expect(update(zipBase64('two'))).resolves.toMatchObject({ code_encrypt_kms_key_id: key });
    const { revision, stored_code_digest } = await spec(made.func_id);
    await update(zipBase64('two'));
    await expect(spec(made.func_id)).resolves.toMatchObject({ revision, stored_code_digest });
    const other = registry.kms.createKey(ann.project);
    await update(zipBase64('two'), other);
    const moved = await spec(made.func_id);
    expect([moved.code_key_id, moved.revision]).toEqual([other, revision + 1]);
    expect(await open(Buffer.from((await unlock(made.func_id)).code_key), moved)).toEqual(Buffer.from(zipBase64('two'), 'base64'));
  });

  it('seals user_data and encrypted_user_data: in the database, and in what goes over the bus, there is none of them', async () => {
    const made = await create({ user_data_encrypt_kms_key_id: key, user_data: '{"COLOR":"crimson"}', encrypted_user_data: '{"TOKEN":"hunter2"}' });
    expect(made).toMatchObject({ user_data_encrypt_kms_key_id: key, user_data: '{"COLOR":"crimson"}', encrypted_user_data: '{"TOKEN":""}' });
    await expect(unlock(made.func_id)).resolves.toMatchObject({ has_environment: true, environment: { COLOR: 'crimson', TOKEN: 'hunter2' }, user_data: '{"COLOR":"crimson"}' });
    await expect(spec(made.func_id)).resolves.toMatchObject({ environment: {}, user_data: '', environment_key_id: key, code_key_id: '' });
    const kept = JSON.stringify([await sql('SELECT record FROM registry.functions'), await sql('SELECT payload::text FROM registry.events')]);
    expect(kept).not.toMatch(/crimson|hunter2/);
  });

  it('shows user_data to who may use the key, and to others why not', async () => {
    const made = await create({ user_data_encrypt_kms_key_id: key, user_data: '{"COLOR":"red"}' });
    await expect(show(made.func_urn)).resolves.toMatchObject({ user_data: '{"COLOR":"red"}' });
    registry.iam.denied.add(`u1 kms:dek:decrypt KeyId:${key}`);
    await expect(show(made.func_urn)).resolves.toMatchObject({ user_data: '', user_data_unreadable: expect.stringContaining('kms:dek:decrypt') });
    registry.iam.denied.clear();
    registry.kms.setState(key, 'disabled');
    await expect(show(made.func_urn)).resolves.toMatchObject({ user_data: '', user_data_unreadable: expect.stringContaining('The key is disabled') });
  });

  it('shows code to who may use the key only', async () => {
    const [zip, inline] = [await create({ code_encrypt_kms_key_id: key }), await create({ code_encrypt_kms_key_id: key, code_type: 'inline', func_code: { file: Buffer.from('#!/bin/sh\n').toString('base64'), link: '' } })];
    const code = (function_urn: string) => registry.functions.showFunctionCode({ project_id: ann.project, function_urn }, ann.metadata());
    await expect(code(zip.func_urn)).resolves.toMatchObject({ stored_digest: (await spec(zip.func_id)).stored_code_digest });
    registry.iam.denied.add('u1 kms:dek:decrypt');
    for (const { func_urn } of [zip, inline]) await expect(code(func_urn)).rejects.toMatchObject({ code: 'FSS.0403', reason: 'KEY_FORBIDDEN' });
    registry.iam.denied.clear();
  });

  it('keeps blank secrets through updates, under the same key and another, and restarts nothing for nothing', async () => {
    const made = await create({ user_data_encrypt_kms_key_id: key, user_data: '{"A":"1"}', encrypted_user_data: '{"B":"2","C":"3"}' });
    const { revision } = await spec(made.func_id);
    await configure(made.func_urn, { user_data: '{"A":"1"}', encrypted_user_data: '{"B":"","C":"3"}' });
    await expect(spec(made.func_id)).resolves.toMatchObject({ revision });
    const other = registry.kms.createKey(ann.project);
    await configure(made.func_urn, { user_data: '{"A":"9"}', encrypted_user_data: '{"B":"","D":"4"}', user_data_encrypt_kms_key_id: other });
    await expect(unlock(made.func_id)).resolves.toMatchObject({ environment: { A: '9', B: '2', D: '4' } });
    await expect(spec(made.func_id)).resolves.toMatchObject({ environment_key_id: other });
    await expect(configure(made.func_urn, { user_data: '{"B":"1"}' })).rejects.toMatchObject({ code: 'FSS.1009' });
  });

  it('takes an environment under a key that has none yet, and from one that cannot be used any more when all values are given', async () => {
    const made = await create({ user_data: '{"A":"1"}', encrypted_user_data: '{"B":"2"}' });
    await configure(made.func_urn, { user_data: '{"A":"1"}', user_data_encrypt_kms_key_id: key });
    await expect(unlock(made.func_id)).resolves.toMatchObject({ environment: { A: '1', B: '2' } });
    registry.kms.setState(key, 'disabled');
    const other = registry.kms.createKey(ann.project);
    await expect(configure(made.func_urn, { user_data: '{"A":"2"}', user_data_encrypt_kms_key_id: other })).rejects.toMatchObject({ reason: 'KEY_UNUSABLE' });
    await configure(made.func_urn, { user_data: '{"A":"2"}', encrypted_user_data: '{"B":"3"}', user_data_encrypt_kms_key_id: other });
    await expect(unlock(made.func_id)).resolves.toMatchObject({ environment: { A: '2', B: '3' } });
  });

  it('lets two who change an environment at once both be heard, one after the other', async () => {
    const made = await create({ user_data_encrypt_kms_key_id: key, encrypted_user_data: '{"B":"2"}' });
    await Promise.all(['1', '2', '3'].map((A) => configure(made.func_urn, { user_data: JSON.stringify({ A }) })));
    const { environment } = await unlock(made.func_id);
    expect(environment).toMatchObject({ B: '2', A: expect.stringMatching(/^[123]$/) });
  });

  it('is found by the key, with what lies under it, page by page and as far as the caller reaches', async () => {
    const [one, two, three] = [await create({ code_encrypt_kms_key_id: key }), await create({ user_data_encrypt_kms_key_id: key, user_data: '{"A":"1"}' }), await create({ code_encrypt_kms_key_id: registry.kms.createKey(ann.project) })];
    await publish(one.func_urn, 'v1');
    const list = (change: object = {}, as = ann) => registry.keyFunctions.listKeyFunctions({ project_id: as.project, key_id: key, marker: '', maxitems: '', ...change }, as.metadata());
    const urn = one.func_urn.replace(/:latest$/, '');
    const all = [
      { func_urn: one.func_urn, code: true, environment: false },
      { func_urn: `${urn}:v1`, code: true, environment: false },
      { func_urn: two.func_urn, code: false, environment: true },
    ];
    await expect(list()).resolves.toEqual({ functions: all, next_marker: 3, count: 3 });
    await expect(list({ marker: '1', maxitems: '1' })).resolves.toEqual({ functions: all.slice(1, 2), next_marker: 2, count: 3 });
    await expect(list({ marker: '7' })).resolves.toEqual({ functions: [], next_marker: 7, count: 3 });
    await expect(list({}, registry.tenant(ann.principal.domain_id, [], ann.project))).resolves.toMatchObject({ functions: [], count: 0 });
    await expect(list({ key_id: registry.kms.createKey(ann.project) })).resolves.toMatchObject({ functions: [], count: 0 });
    for (const key_id of [key, 'no key']) await expect(list({ key_id }, tenant())).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.0404' });
    registry.kms.deleteKey(key);
    await expect(list()).resolves.toMatchObject({ count: 3 });
    expect(three.code_encrypt_kms_key_id).not.toBe(key);
  });

  it('is unlocked for the revision that is asked for only', async () => {
    const made = await create({ code_encrypt_kms_key_id: key });
    const { revision } = await spec(made.func_id);
    for (const other of [revision - 1, revision + 1]) await expect(registry.sealed.unlockVersion({ func_id: made.func_id, version: 'latest', revision: other })).rejects.toMatchObject({ kind: 'not_found' });
  });
});
