import { randomUUID } from 'node:crypto';
import { CreateVersionAliasRequest, UpdateVersionAliasRequest } from '@windlass/contracts/registry/v1/alias_service';
import { UpdateFunctionCodeRequest, UpdateFunctionConfigRequest } from '@windlass/contracts/registry/v1/function_service';
import { CreateFunctionTriggerRequest, ListTriggersRequest } from '@windlass/contracts/registry/v1/trigger_service';
import { CreateFunctionVersionRequest } from '@windlass/contracts/registry/v1/version_service';
import { Client } from 'pg';
import { openPackageStore } from '../code-package/open-package-store.js';
import { RegistryFixture, zipBase64, type Tenant } from '../testing/registry-fixture.js';

const GATEWAY = { trigger_type_code: 'APIG', trigger_status: '', event_data: { name: 'hello', path: '/', auth: 'NONE' } };

describe('reads as of a time or position', () => {
  let registry: RegistryFixture;
  let database: Client;
  beforeAll(async () => {
    registry = await RegistryFixture.start();
    database = new Client({ connectionString: registry.config.databaseUrl });
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await registry.stop();
  });

  const urnOf = (tenant: Tenant, name: string) => `urn:fss:local-1:${tenant.project}:function:default:${name}`;

  /** What every read answers, or why it does not: as of a moment, or now. */
  const everything = async (tenant: Tenant, trigger_ids: readonly string[], test_event: string, as_of?: string): Promise<unknown> => {
    const { project } = tenant;
    const of = { project_id: project, function_urn: urnOf(tenant, 'hello') };
    const ask = async <T>(call: Promise<T>): Promise<unknown> => call.catch((error: { code: string }) => error.code);
    const named = ['hello', 'hello:v1', 'hello:!live', 'other'].map((name) => (name.includes(':') ? `${urnOf(tenant, 'hello')}:${name.slice(6)}` : urnOf(tenant, name)));
    const filters = { marker: '', maxitems: '', package_name: '', func_name: '', enterprise_project_id: '' };
    return {
      functions: await ask(registry.functions.listFunctions({ project_id: project, ...filters, as_of }, tenant.metadata())),
      named: await ask(registry.functions.listFunctions({ project_id: project, ...filters, func_name: 'OTH', maxitems: '1', as_of }, tenant.metadata())),
      shown: await Promise.all(named.map((function_urn) => ask(registry.functions.showFunctionConfig({ project_id: project, function_urn, as_of }, tenant.metadata())))),
      triggers: await Promise.all(named.map((function_urn) => ask(registry.triggers.listFunctionTriggers({ project_id: project, function_urn, as_of }, tenant.metadata())))),
      trigger: await Promise.all(
        trigger_ids.map((trigger_id) => ask(registry.triggers.showFunctionTrigger({ project_id: project, function_urn: urnOf(tenant, 'hello'), trigger_type_code: 'APIG', trigger_id, as_of }, tenant.metadata()))),
      ),
      all: await ask(registry.triggers.listTriggers(ListTriggersRequest.fromPartial({ project_id: project, marker: '', maxitems: '', as_of }), tenant.metadata())),
      code: await Promise.all(named.map((function_urn) => ask(registry.functions.showFunctionCode({ project_id: project, function_urn, as_of }, tenant.metadata())))),
      versions: await Promise.all(['', '1'].map((marker) => ask(registry.versions.listFunctionVersions({ ...of, marker, maxitems: '2', as_of }, tenant.metadata())))),
      aliases: await Promise.all(named.map((function_urn) => ask(registry.aliases.listVersionAliases({ project_id: project, function_urn, as_of }, tenant.metadata())))),
      alias: await Promise.all(named.map((function_urn) => ask(registry.aliases.showVersionAlias({ project_id: project, function_urn, alias_name: 'live', as_of }, tenant.metadata())))),
      tags: await ask(registry.tags.listFunctionTags({ project_id: project, resource_id: of.function_urn, as_of }, tenant.metadata())),
      testEvents: await ask(registry.testEvents.listEvents({ ...of, as_of }, tenant.metadata())),
      testEvent: await ask(registry.testEvents.showEvent({ ...of, event_id: test_event, as_of }, tenant.metadata())),
      quotas: await ask(registry.functions.listQuotas({ project_id: project, as_of }, tenant.metadata())),
    };
  };

  /** The place of the tenant's newest event, after which the clock has moved on. */
  const here = async (tenant: Tenant): Promise<{ position: string; time: string }> => {
    const { rows } = await database.query<{ position: string; at: Date }>(
      `SELECT 'registry:' || transaction_id || '.' || global_position AS position, recorded_at AS at FROM registry.events
       WHERE tenant = $1 ORDER BY transaction_id DESC, global_position DESC LIMIT 1`,
      [tenant.principal.domain_id],
    );
    const [last] = rows;
    if (last === undefined) throw new Error('nothing has happened');
    while (Date.now() <= last.at.getTime()) await new Promise((resolve) => setImmediate(resolve));
    return { position: last.position, time: last.at.toISOString() };
  };

  it('answer what the same read answered then, whatever has happened since', async () => {
    const tenant = registry.tenant();
    const of = { project_id: tenant.project, function_urn: urnOf(tenant, 'hello') };
    const triggers: string[] = [];
    let testEvent = '';
    const createTrigger = async (path: string) => {
      const { trigger_id } = await registry.triggers.createFunctionTrigger(CreateFunctionTriggerRequest.fromPartial({ ...of, ...GATEWAY, event_data: { ...GATEWAY.event_data, path } }), tenant.metadata());
      triggers.push(trigger_id);
    };
    const config = { ...of, func_name: 'hello', package: '', runtime: '', handler: '-', timeout: 30, memory_size: 256 };
    const steps: (() => Promise<unknown>)[] = [
      () => registry.create(tenant, { func_name: 'hello' }),
      () => createTrigger('/one'),
      () => registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial({ ...config, memory_size: 512, user_data: '{"A":"1"}' }), tenant.metadata()),
      () => registry.create(tenant, { func_name: 'other' }),
      () => registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ ...of, version: 'v1', description: 'first', digest: '' }), tenant.metadata()),
      () => registry.aliases.createVersionAlias(CreateVersionAliasRequest.fromPartial({ ...of, name: 'live', version: 'v1' }), tenant.metadata()),
      () => registry.functions.updateFunctionCode(UpdateFunctionCodeRequest.fromPartial({ ...of, code_type: 'zip', func_code: { file: zipBase64('new') } }), tenant.metadata()),
      () => createTrigger('/two'),
      () => registry.create(tenant, { func_name: 'inline', code_type: 'inline', func_code: { file: Buffer.from('#!/bin/sh').toString('base64'), link: '' } }),
      () => registry.versions.createFunctionVersion(CreateFunctionVersionRequest.fromPartial({ ...of, version: 'v2', description: 'second', digest: '' }), tenant.metadata()),
      () => registry.aliases.updateVersionAlias(UpdateVersionAliasRequest.fromPartial({ ...of, alias_name: 'live', version: 'v2' }), tenant.metadata()),
      () => registry.tags.createTags({ project_id: tenant.project, resource_id: of.function_urn, action: 'create', tags: [{ key: 'b', value: '1' }, { key: 'a', value: '2' }], sys_tags: [] }, tenant.metadata()),
      async () => (testEvent = (await registry.testEvents.createEvent({ ...of, name: 'sample', content: 'e30=' }, tenant.metadata())).id),
      () => registry.testEvents.updateEvent({ ...of, event_id: testEvent, name: '', content: 'W10=' }, tenant.metadata()),
      () => registry.tags.deleteTags({ project_id: tenant.project, resource_id: of.function_urn, action: 'delete', tags: [{ key: 'b', value: undefined }], sys_tags: [] }, tenant.metadata()),
      () => registry.testEvents.deleteEvent({ ...of, event_id: testEvent }, tenant.metadata()),
      () => registry.aliases.deleteVersionAlias({ ...of, alias_name: 'live' }, tenant.metadata()),
      () => registry.triggers.deleteFunctionTrigger({ ...of, trigger_type_code: 'APIG', trigger_id: triggers[0] as string }, tenant.metadata()),
      () => registry.functions.deleteFunction({ project_id: tenant.project, function_urn: urnOf(tenant, 'other') }, tenant.metadata()),
      () => registry.functions.updateFunctionConfig(UpdateFunctionConfigRequest.fromPartial({ ...config, description: 'changed' }), tenant.metadata()),
    ];
    const lived: { moment: { position: string; time: string }; triggers: string[]; testEvent: string; answers: unknown }[] = [];
    for (const step of steps) {
      await step();
      lived.push({ moment: await here(tenant), triggers: [...triggers], testEvent, answers: await everything(tenant, triggers, testEvent) });
    }
    for (const { moment, triggers: known, testEvent: event, answers } of lived) {
      for (const asOf of [moment.time, moment.position]) expect({ asOf, ...(await everything(tenant, known, event, asOf) as object) }).toEqual({ asOf, ...(answers as object) });
    }
    expect(new Set(lived.map(({ answers }) => JSON.stringify(answers))).size).toBe(steps.length);
  });

  it('show the code of then while it is kept, and which it was after that', async () => {
    const tenant = registry.tenant();
    const of = { project_id: tenant.project, function_urn: 'hello' };
    const source = Buffer.from(`#!/bin/sh\n# ${tenant.project}`).toString('base64');
    const { digest } = await registry.create(tenant, { code_type: 'inline', func_code: { file: source, link: '' } });
    const { position: as_of } = await here(tenant);
    await registry.functions.updateFunctionCode(UpdateFunctionCodeRequest.fromPartial({ ...of, code_type: 'zip', func_code: { file: zipBase64('new') } }), tenant.metadata());
    const then = () => registry.functions.showFunctionCode({ ...of, as_of }, tenant.metadata());
    await expect(then()).resolves.toMatchObject({ digest, code_type: 'inline', func_code: { file: source }, code_kept: undefined });
    await openPackageStore(registry.config.packages).remove(digest);
    await expect(then()).resolves.toMatchObject({ digest, code_type: 'inline', func_code: { file: '', link: '' }, code_kept: false });
  });

  it('show quotas as they were, those that an operator had set included', async () => {
    const tenant = registry.tenant();
    await registry.create(tenant);
    const before = await here(tenant);
    await registry.create(tenant, { func_name: 'second' });
    registry.iam.pastQuotas = (time) => (time === before.time ? { fgs_func_num: 5 } : ({} as Record<string, number>));
    const at = async (as_of: string) => (await registry.functions.listQuotas({ project_id: tenant.project, as_of }, tenant.metadata())).quotas?.resources[0];
    expect(await at(before.position)).toMatchObject({ type: 'fgs_func_num', quota: 5, used: 1 });
    expect(await at((await here(tenant)).time)).toMatchObject({ type: 'fgs_func_num', quota: 400, used: 2 });
    registry.iam.pastQuotas = () => ({});
  });

  it('find nothing before it was made, and refuse what is no moment of the past', async () => {
    const tenant = registry.tenant();
    const other = registry.tenant();
    await registry.create(other);
    const foreign = await here(other);
    await registry.create(tenant);
    const made = await here(tenant);
    const show = (as_of: string) => registry.functions.showFunctionConfig({ project_id: tenant.project, function_urn: urnOf(tenant, 'hello'), as_of }, tenant.metadata());
    await expect(show(new Date(Date.parse(made.time) - 1).toISOString())).rejects.toMatchObject({ kind: 'not_found', code: 'FSS.1051' });
    const refused: [string, string][] = [
      ['', 'MOMENT_INVALID'],
      ['yesterday', 'MOMENT_INVALID'],
      ['2026-02-30T00:00:00Z', 'MOMENT_INVALID'],
      ['1790000000', 'MOMENT_INVALID'],
      ['registry:99999999999999999999.1', 'MOMENT_INVALID'],
      [new Date(Date.now() + 60_000).toISOString(), 'MOMENT_IN_FUTURE'],
      ['registry:18446744073709551615.1', 'POSITION_UNKNOWN'],
      ['iam:1.1', 'POSITION_OF_OTHER_SERVICE'],
      // Another account's positions are none.
      [foreign.position, 'POSITION_UNKNOWN'],
    ];
    for (const [asOf, reason] of refused) await expect(show(asOf)).rejects.toMatchObject({ kind: 'invalid', code: 'FSS.1001', reason });
  });

  it('never show another account’s functions, nor what lay beyond the caller’s reach then', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const tenant = registry.tenant();
    for (const id of [a, b]) registry.iam.states.set(`${tenant.principal.domain_id}/${id}`, 'enabled');
    await registry.create(tenant, { enterprise_project_id: a });
    const made = await here(tenant);
    const [inA, inB] = [a, b].map((id) => registry.tenant(tenant.principal.domain_id, [id], tenant.project)) as [Tenant, Tenant];
    const names = async (caller: Tenant) =>
      (await registry.functions.listFunctions({ project_id: caller.project, marker: '', maxitems: '', package_name: '', func_name: '', enterprise_project_id: '', as_of: made.time }, caller.metadata())).functions.map((one) => one.func_name);
    expect([await names(inA), await names(inB), await names(registry.tenant())]).toEqual([['hello'], [], []]);
  });
});
