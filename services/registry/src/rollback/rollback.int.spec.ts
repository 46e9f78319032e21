import { randomUUID } from 'node:crypto';
import { CreateVersionAliasRequest } from '@windlass/contracts/registry/v1/alias_service';
import { UpdateFunctionCodeRequest, UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { RollbackFunctionRequest, type RollbackChange, type RollbackFunctionResponse } from '@windlass/contracts/registry/v1/rollback_service';
import { CreateFunctionTriggerRequest, UpdateTriggerRequest } from '@windlass/contracts/registry/v1/trigger_service';
import { CreateFunctionVersionRequest } from '@windlass/contracts/registry/v1/version_service';
import type { DataSource } from 'typeorm';
import { PackageHistory } from '../code-package/package-history.js';
import { PackageUses } from '../code-package/package-uses.js';
import { openPackageStore } from '../code-package/open-package-store.js';
import { openDatabase } from '../database/database.js';
import { rebuildRegistry } from '../index.js';
import { eventually, RegistryFixture, zipBase64, type Tenant } from '../testing/registry-fixture.js';
import { openEvents } from '../stored-events.js';

describe('a rollback', () => {
  let registry: RegistryFixture;
  let database: DataSource;
  let tenant: Tenant;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
    database = await openDatabase(registry.config.databaseUrl);
  });
  afterAll(async () => {
    await database.destroy();
    await registry.stop();
  });
  beforeEach(() => {
    tenant = registry.tenant();
  });

  const urn = (name = 'hello') => `urn:fss:local-1:${tenant.project}:function:default:${name}`;
  const of = (function_urn = urn()) => ({ project_id: tenant.project, function_urn });
  const upload = (content: string) => registry.functions.updateFunctionCode(UpdateFunctionCodeRequest.fromPartial({ ...of(), code_type: 'zip', func_code: { file: zipBase64(content) } }), tenant.metadata());
  const configure = (change: Partial<UpdateFunctionConfigRequest>) =>
    registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial({ ...of(), runtime: 'http', handler: '-', timeout: 30, memory_size: 256, ...change }), tenant.metadata());
  const open = (event_data: object, function_urn = urn()) =>
    registry.triggers.createFunctionTrigger(CreateFunctionTriggerRequest.fromPartial({ ...of(function_urn), trigger_type_code: 'APIG', event_data: { auth: 'NONE', ...event_data } }), tenant.metadata());
  const change = (trigger_id: string, trigger_status: string, event_data?: object) =>
    registry.triggers.updateTrigger(UpdateTriggerRequest.fromPartial({ ...of(), trigger_type_code: 'APIG', trigger_id, trigger_status, event_data }), tenant.metadata());
  const close = (trigger_id: string) => registry.triggers.deleteFunctionTrigger({ ...of(), trigger_type_code: 'APIG', trigger_id }, tenant.metadata());
  const publish = (version: string) => registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ ...of(), version, description: version }), tenant.metadata());
  const remove = (function_urn = urn()) => registry.functions.deleteFunction(of(function_urn), tenant.metadata());

  const here = async (): Promise<string> => {
    const [last] = await database.query<{ position: string }[]>(
      `SELECT 'registry:' || transaction_id || '.' || global_position AS position FROM registry.events WHERE tenant = $1 ORDER BY transaction_id DESC, global_position DESC LIMIT 1`,
      [tenant.principal.domain_id],
    );
    return last?.position ?? '';
  };
  const ask = (request: Partial<RollbackFunctionRequest>, as = tenant): Promise<RollbackFunctionResponse> =>
    registry.rollbacks.rollbackFunction(RollbackFunctionRequest.fromPartial({ project_id: as.project, function_urn: urn(), ...request }), as.metadata());
  const look = (to: string, parts: string[] = []) => ask({ to, parts, dry_run: true });
  const goBack = async (to: string, parts: string[] = []) => ask({ to, parts, plan: (await look(to, parts)).plan });

  /** Everything that is seen of the function, but when it was changed. */
  const seen = async () => {
    const told = tenant.metadata();
    const config = await registry.functions.showFunctionConfig(of(), told);
    const { triggers } = await registry.triggers.listFunctionTriggers(of(), told);
    const { environment } = await registry.catalog.showFunctionSpec({ func_id: config.func_id, version: 'latest' });
    const { versions } = await registry.versions.listFunctionVersions({ ...of(), marker: '', maxitems: '' }, told);
    const { aliases } = await registry.aliases.listVersionAliases(of(), told);
    const { tags } = await registry.tags.listFunctionTags({ project_id: tenant.project, resource_id: urn() }, told);
    const { events } = await registry.testEvents.listEvents(of(), told);
    return JSON.parse(JSON.stringify({ config, triggers, environment, versions, aliases, tags, events }, (key, value: unknown) => (/^last_(modified|updated_time)$/.test(key) ? '' : value))) as object;
  };
  const events = async (stream = `function:${tenant.project}:default:hello`) => openEvents(database).load(stream);
  const told = (changes: readonly RollbackChange[]) => changes.map(({ part, action, resource_type, resource_id, fields }) => [part, action, resource_type, resource_id, Object.fromEntries(fields.map(({ field, old, new: now }) => [field, [old, now]]))]);

  it('brings code, configuration and triggers back together, as its dry run showed field by field, and secrets with them', async () => {
    await registry.create(tenant, { user_data: '{"A":"1","B":"2"}', encrypted_user_data: '{"TOKEN":"swordfish","OLD":"x"}' });
    const changedOne = await open({ path: '/one' });
    const deletedOne = await open({ path: '/two' });
    const then = await seen();
    const to = await here();
    await upload('new');
    await configure({ memory_size: 512, user_data: '{"A":"hidden"}', encrypted_user_data: '{"TOKEN":"changed","OLD":""}' });
    await change(changedOne.trigger_id, 'DISABLED', { path: '/moved', auth: 'IAM' });
    await close(deletedOne.trigger_id);
    const addedOne = await open({ path: '/two' });
    const changed = await seen();
    const before = await events();

    const { plan, outcome, changes, obstacles } = await look(to);
    expect({ outcome, obstacles }).toEqual({ outcome: 'planned', obstacles: [] });
    const shown = told(changes);
    expect(shown).toMatchObject([
      ['code', 'change', 'function', urn(), { digest: [expect.any(String), expect.any(String)] }],
      ['configuration', 'change', 'function', urn(), { memory_size: [512, 256], 'user_data.A': ['***', '***'], 'user_data.B': [undefined, '***'], 'encrypted_user_data.TOKEN': ['***', '***'] }],
      ['triggers', 'remove', 'trigger', addedOne.trigger_id, { trigger_status: ['ACTIVE', undefined] }],
      ['triggers', 'change', 'trigger', changedOne.trigger_id, { trigger_status: ['DISABLED', 'ACTIVE'], 'event_data.path': ['/moved', '/one'], 'event_data.auth': ['IAM', 'NONE'] }],
      ['triggers', 'restore', 'trigger', deletedOne.trigger_id, { 'event_data.path': [undefined, '/two'] }],
    ]);
    expect(Object.keys(shown[1]?.[4] as object)).not.toContain('encrypted_user_data.OLD');
    expect(JSON.stringify(changes)).not.toMatch(/hidden|swordfish/);
    expect(await seen()).toEqual(changed);
    expect(await events()).toEqual(before);

    const applied = await ask({ to, plan });
    expect(applied).toEqual({ ...applied, outcome: 'applied', plan, func_urn: urn() });
    expect(told(applied.changes).map((one) => one.slice(0, 4))).toEqual(shown.map((one) => one.slice(0, 4)));
    expect(await seen()).toEqual(then);
    const [last] = (await events()).slice(-1);
    expect(last).toMatchObject({ type: 'FunctionRolledBack', data: { rollback: { to: applied.to, position: to, parts: ['code', 'configuration', 'triggers'], plan } }, metadata: { actor: 'u1', actorName: 'ann' } });
    expect((await events(`trigger:${deletedOne.trigger_id}`)).slice(-1)).toMatchObject([{ type: 'TriggerCreated', version: 3, data: { rollback: { plan } } }]);

    // What a lost answer makes a client send again is not done again.
    const { length } = await events();
    await expect(ask({ to, plan })).resolves.toMatchObject({ outcome: 'already_applied', changes: [] });
    expect(await events()).toHaveLength(length);
    await expect(look(to)).resolves.toMatchObject({ changes: [], obstacles: [] });
  });

  it('can itself be rolled back', async () => {
    await registry.create(tenant);
    const first = await here();
    await upload('new');
    await open({ path: '/x' });
    const [second, changed] = [await here(), await seen()];
    await goBack(first);
    expect(await seen()).not.toEqual(changed);
    await goBack(second);
    expect(await seen()).toEqual(changed);
    // Everything of one rollback has one time: whoever names it means all of it.
    const [last] = (await events()).slice(-1);
    while (Date.now() <= (last?.recordedAt.getTime() ?? 0)) await new Promise((resolve) => setImmediate(resolve));
    await goBack(first);
    await goBack(last?.recordedAt.toISOString() ?? '');
    expect(await seen()).toEqual(changed);
  });

  it('does what was shown or nothing: whatever changed since the dry run makes it a conflict', async () => {
    await registry.create(tenant);
    const { trigger_id } = await open({ path: '/x' });
    const to = await here();
    await upload('new');
    for (const meanwhile of [() => configure({ description: 'changed' }), () => change(trigger_id, 'DISABLED'), () => open({ path: '/y' }), () => close(trigger_id)]) {
      const { plan } = await look(to);
      await meanwhile();
      const { length } = await events();
      await expect(ask({ to, plan })).rejects.toMatchObject({ kind: 'conflict', reason: 'ROLLBACK_PLAN_OUTDATED' });
      expect(await events()).toHaveLength(length);
    }
    const { plan } = await look(to);
    await expect(ask({ to, plan, parts: ['code'] })).rejects.toMatchObject({ reason: 'ROLLBACK_PLAN_OUTDATED' });
  });

  it('is done once, however often it is asked for at once', async () => {
    await registry.create(tenant);
    const to = await here();
    await upload('new');
    const { plan } = await look(to);
    // All of them get as far as the function's row, and wait there for each other.
    const holder = database.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT FROM registry.functions WHERE project_id = $1 FOR UPDATE', [tenant.project]);
    const pending = Promise.all(Array.from({ length: 4 }, () => ask({ to, plan })));
    await eventually(async () => {
      const [waiting] = await database.query<{ count: number }[]>('SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted');
      expect(waiting?.count).toBe(4);
    });
    await holder.commitTransaction();
    await holder.release();
    expect((await pending).map(({ outcome }) => outcome).sort()).toEqual(['already_applied', 'already_applied', 'already_applied', 'applied']);
    expect((await events()).filter(({ type }) => type === 'FunctionRolledBack')).toHaveLength(1);
  });

  it('brings back the parts that are named; triggers alone leave the function’s instances running', async () => {
    const { digest, func_id } = await registry.create(tenant);
    const { trigger_id } = await open({ path: '/x' });
    const to = await here();
    await upload('new');
    await configure({ memory_size: 512 });
    await close(trigger_id);
    const { revision } = await registry.catalog.showFunctionSpec({ func_id, version: 'latest' });
    await expect(goBack(to, ['triggers'])).resolves.toMatchObject({ outcome: 'applied' });
    const spec = await registry.catalog.showFunctionSpec({ func_id, version: 'latest' });
    expect(spec).toMatchObject({ revision, memory_mb: 512 });
    expect((await registry.triggers.listFunctionTriggers(of(), tenant.metadata())).triggers).toMatchObject([{ trigger_id }]);
    await goBack(to, ['code']);
    await expect(registry.functions.showFunctionConfig(of(), tenant.metadata())).resolves.toMatchObject({ digest, memory_size: 512 });
  });

  it('lets triggers take each other’s paths back', async () => {
    await registry.create(tenant);
    const [a, b] = [await open({ path: '/a' }), await open({ path: '/b' })];
    const [to, then] = [await here(), await seen()];
    await change(a.trigger_id, '', { path: '/c' });
    await change(b.trigger_id, '', { path: '/a' });
    await change(a.trigger_id, '', { path: '/b' });
    await goBack(to);
    expect(await seen()).toEqual(then);
  });

  it('brings a deleted function back under its id and its URLs, with versions, aliases, tags and test events', async () => {
    await registry.create(tenant, { encrypted_user_data: '{"TOKEN":"swordfish"}' });
    await publish('v1');
    await registry.aliases.createVersionAlias(CreateVersionAliasRequest.fromPartial({ ...of(), name: 'live', version: 'v1' }), tenant.metadata());
    await registry.tags.createTags({ project_id: tenant.project, resource_id: urn(), action: 'create', tags: [{ key: 'a', value: '1' }], sys_tags: [] }, tenant.metadata());
    await registry.testEvents.createEvent({ ...of(), name: 'sample', content: 'e30=' }, tenant.metadata());
    await open({ path: '/x' });
    await open({ path: '/live' }, `${urn()}:!live`);
    const [to, then] = [await here(), await seen()];
    await upload('new');
    await remove();
    await expect(look(to, ['triggers'])).rejects.toMatchObject({ kind: 'invalid', reason: 'ROLLBACK_PARTS_INVALID' });
    const { changes, plan } = await look(to);
    expect(told(changes).map((one) => one.slice(0, 3).join(' '))).toEqual([
      'function restore function', 'function restore version', 'function restore alias', 'function restore tag', 'function restore test_event', 'triggers restore trigger', 'triggers restore trigger',
    ]);
    await expect(Promise.all([ask({ to, plan }), ask({ to, plan })])).resolves.toEqual(expect.arrayContaining([expect.objectContaining({ outcome: 'applied' }), expect.objectContaining({ outcome: 'already_applied' })]));
    expect(await seen()).toEqual(then);
    const quotas = await registry.functions.listQuotas({ project_id: tenant.project }, tenant.metadata());
    expect(quotas.quotas?.resources[0]).toMatchObject({ type: 'fgs_func_num', used: 1 });

    // Another function under the name is in the way, and nothing is done to it.
    await remove();
    const other = await registry.create(tenant);
    await expect(look(to)).rejects.toMatchObject({ kind: 'conflict', reason: 'FUNCTION_REPLACED' });
    await expect(registry.functions.showFunctionConfig(of(), tenant.metadata())).resolves.toMatchObject({ func_id: other.func_id });
    await remove();
    await goBack(to);
    expect(await seen()).toEqual(then);
  });

  describe('says what it cannot restore, and then does nothing', () => {
    const refused = async (to: string, code: string, message: string, parts: string[] = []): Promise<void> => {
      const { plan, obstacles } = await look(to, parts);
      expect(obstacles).toEqual([expect.objectContaining({ error_code: code, message: expect.stringContaining(message) })]);
      const { length } = await events();
      await expect(ask({ to, plan, parts })).rejects.toMatchObject({ code });
      expect(await events()).toHaveLength(length);
    };

    it('code that is no longer kept; the rest without it', async () => {
      const { digest } = await registry.create(tenant, { func_code: { file: zipBase64(tenant.project), link: '' } });
      const to = await here();
      await upload('new');
      await configure({ memory_size: 512 });
      await new PackageHistory('registry', { days: 0, megabytes: 1 }).forget(database.manager);
      await new PackageUses('registry', 0).removeUnused(database.manager, openPackageStore(registry.config.packages));
      await refused(to, 'FSS.0410', `The package with the digest ${digest.slice(0, 16)}`);
      await expect(goBack(to, ['configuration', 'triggers'])).resolves.toMatchObject({ outcome: 'applied' });
      // Uploaded again, it is there again.
      await registry.create(tenant, { func_name: 'other', func_code: { file: zipBase64(tenant.project), link: '' } });
      await expect(goBack(to)).resolves.toMatchObject({ outcome: 'applied' });
      await expect(registry.functions.showFunctionConfig(of(), tenant.metadata())).resolves.toMatchObject({ digest, memory_size: 256 });
    });

    it('code that a sweep removes while the run is on its way', async () => {
      const { digest } = await registry.create(tenant, { func_code: { file: zipBase64(tenant.project), link: '' } });
      const to = await here();
      await upload('new');
      const { plan, obstacles } = await look(to);
      expect(obstacles).toEqual([]);
      const { length } = await events();
      const sweep = database.createQueryRunner();
      await sweep.startTransaction();
      await sweep.query('SELECT FROM registry.packages WHERE digest = $1 FOR UPDATE', [digest]);
      const pending = ask({ to, plan }).then(() => 'done', (error: { code?: string }) => error.code);
      await eventually(async () => {
        const [waiting] = await database.query<{ count: number }[]>('SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted');
        expect(waiting?.count).toBe(1);
      });
      await sweep.query('DELETE FROM registry.packages WHERE digest = $1', [digest]);
      await openPackageStore(registry.config.packages).remove(digest);
      await sweep.commitTransaction();
      await sweep.release();
      expect(await pending).toBe('FSS.0410');
      expect(await events()).toHaveLength(length);
    });

    it('an agency that is gone', async () => {
      registry.iam.agencies.set(`${tenant.principal.domain_id}/runner`, 'usable');
      await registry.create(tenant, { xrole: 'runner' });
      const to = await here();
      await configure({ xrole: '' });
      registry.iam.agencies.delete(`${tenant.principal.domain_id}/runner`);
      await refused(to, 'FSS.1021', 'The agency runner does not exist');
    });

    it('a path that another function’s trigger has taken in a shared group', async () => {
      const group_id = randomUUID().replaceAll('-', '');
      await registry.create(tenant);
      await registry.create(tenant, { func_name: 'other' });
      const { trigger_id } = await open({ group_id, path: '/x' });
      const to = await here();
      await close(trigger_id);
      await open({ group_id, path: '/x' }, urn('other'));
      await refused(to, 'FSS.1147', '/x');
    });

    it('a trigger of a version that was deleted', async () => {
      await registry.create(tenant);
      await publish('v1');
      await open({ path: '/x' }, `${urn()}:v1`);
      const to = await here();
      await remove(`${urn()}:v1`);
      await refused(to, 'FSS.1052', 'no version "v1"');
      await expect(look(to, ['code', 'configuration'])).resolves.toMatchObject({ changes: [], obstacles: [] });
    });

    it('secrets whose key was lost', async () => {
      await registry.create(tenant, { encrypted_user_data: '{"TOKEN":"swordfish"}' });
      const to = await here();
      await configure({ encrypted_user_data: '{}' });
      await registry.restart({ secretsKey: Buffer.alloc(32, 7) });
      await refused(to, 'FSS.0410', 'TOKEN');
      await registry.restart();
    });

    it('more than the account’s quota has room for', async () => {
      await registry.create(tenant);
      const to = await here();
      await remove();
      await registry.create(tenant, { func_name: 'other' });
      await registry.restart({ functionQuota: 1 });
      await refused(to, 'FSS.1041', 'all the functions');
      await registry.restart();
    });
  });

  it('is refused to strangers, beyond the caller’s reach, and where it makes no sense', async () => {
    await registry.create(tenant);
    const to = await here();
    await publish('v1');
    const stranger = registry.tenant();
    const outside = registry.tenant(tenant.principal.domain_id, [randomUUID()], tenant.project);
    const refusals: [Partial<RollbackFunctionRequest>, object, Tenant?][] = [
      [{ dry_run: true, to }, { kind: 'not_found', code: 'FSS.1051' }, stranger],
      [{ dry_run: true, to }, { kind: 'not_found', code: 'FSS.1051' }, outside],
      [{ dry_run: true, to, function_urn: urn('nobody') }, { kind: 'not_found', code: 'FSS.1051' }],
      [{ dry_run: true, to: '2020-01-01T00:00:00Z' }, { kind: 'not_found', reason: 'FUNCTION_NOT_FOUND_THEN' }],
      [{ dry_run: true, to: 'yesterday' }, { kind: 'invalid', reason: 'MOMENT_INVALID', message: expect.stringMatching(/^to must be/) }],
      [{ dry_run: true, to, parts: ['everything'] }, { kind: 'invalid', reason: 'ROLLBACK_PARTS_INVALID' }],
      [{ dry_run: true, to, plan: 'x' }, { kind: 'invalid', reason: 'ROLLBACK_PLAN_INVALID' }],
      [{ to }, { kind: 'invalid', reason: 'ROLLBACK_PLAN_INVALID', message: expect.stringContaining('dry_run') }],
      [{ to, plan: 'x' }, { kind: 'invalid', reason: 'ROLLBACK_PLAN_INVALID' }],
      [{ to, plan: 'x'.repeat(43) }, { kind: 'conflict', reason: 'ROLLBACK_PLAN_OUTDATED' }],
      [{ dry_run: true, to, function_urn: `${urn()}:v1` }, { kind: 'invalid', code: 'FSS.1015' }],
      [{ dry_run: true, to, function_urn: `${urn()}:!live` }, { kind: 'invalid', reason: 'ALIAS_NOT_ACCEPTED' }],
    ];
    for (const [request, expected, as] of refusals) await expect(ask(request, as)).rejects.toMatchObject(expected);
  });

  it('leaves read models that a rebuild from the events makes again, row for row', async () => {
    const tables = ['functions', 'function_versions', 'function_aliases', 'function_tags', 'test_events', 'triggers', 'quota_usage'];
    const rows = () => Promise.all(tables.map((table) => database.query(`SELECT t::text AS row FROM registry.${table} t ORDER BY 1`)));
    const before = await rows();
    expect(before.every((table) => (table as object[]).length > 0)).toBe(true);
    await rebuildRegistry(registry.config);
    expect(await rows()).toEqual(before);
  });
});
