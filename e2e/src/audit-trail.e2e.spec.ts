import type { JsonObject } from '@bufbuild/protobuf';
import { addUser, furnishTenant, perform, type FurnishedTenant } from './every-operation/furnished-tenant.js';
import { call, hangUp, type Credential } from './every-operation/public-calls.js';
import { operationNamed } from './every-operation/public-operations.js';
import { SCRIPT } from './every-operation/sample-requests.js';
import { credentials } from './harness/tenant.js';

interface AuditEvent {
  readonly id: string;
  readonly time: string;
  readonly position: string;
  readonly type: string;
  readonly resource: { readonly type: string; readonly id: string; readonly name: string; readonly project_id: string; readonly revision: number };
  readonly actor: { readonly id: string; readonly name: string; readonly domain_id: string; readonly access_key: string };
  readonly source_address: string;
  readonly user_agent: string;
  readonly request_id: string;
  readonly changes: readonly { readonly field: string; readonly old?: unknown; readonly new?: unknown }[];
}

const SETTINGS = { runtime: 'http', handler: 'bootstrap', timeout: 10, memory_size: 128 };

describe('the audit trail of an account', () => {
  let tenant: FurnishedTenant;
  let project_id: string;
  let function_urn: string;
  let name: string;
  /** The filter that leaves this function's events. */
  let own: { readonly resource_type: string; readonly resource_id: string };

  beforeAll(async () => {
    tenant = await furnishTenant('audited');
    ({ project_id = '' } = tenant.ids);
    name = `${tenant.mark}-own`;
    const created = await perform('CreateFunction', { project_id, func_name: name, package: 'default', ...SETTINGS, code_type: 'inline', func_code: { file: SCRIPT } }, tenant.administrator);
    function_urn = String(created['func_urn']).replace(/:latest$/, '');
    own = { resource_type: 'function', resource_id: function_urn };
    const config = (change: JsonObject) => perform('UpdateFunctionConfig', { project_id, function_urn, func_name: name, ...SETTINGS, ...change }, tenant.administrator);
    await config({ user_data: '{"DATABASE_PASSWORD":"hunter2"}', encrypted_user_data: '{"TOKEN":"swordfish"}' });
    await config({ user_data: '{"DATABASE_PASSWORD":"hunter3"}', memory_size: 256 });
  });
  afterAll(hangUp);

  const page = async (fields: JsonObject, credential: Credential = tenant.administrator): Promise<{ events: AuditEvent[]; next: string }> => {
    const { events, next_cursor: next } = await perform('ListAuditEvents', fields, credential);
    return { events: (events ?? []) as unknown as AuditEvent[], next: String(next) };
  };
  const everything = async (fields: JsonObject, turns = 200): Promise<AuditEvent[]> => {
    const all: AuditEvent[] = [];
    for (let cursor = ''; turns > 0; turns -= 1) {
      const { events, next } = await page({ ...fields, cursor });
      all.push(...events);
      if (next === '' || events.length === 0) return all;
      cursor = next;
    }
    throw new Error('the trail does not end');
  };

  it('tells of every kind of thing it made, by whom, from where and by which request', async () => {
    const events = await everything({ order: 'oldest' });
    const kinds = ['account', 'user', 'project', 'access_key', 'function', 'api_group', 'trigger', 'log_group', 'log_stream', 'key', 'group', 'policy', 'agency', 'enterprise_project'];
    expect([...new Set(events.map(({ resource }) => resource.type))]).toEqual(expect.arrayContaining(kinds));
    expect(events.filter(({ resource }) => resource.type === '')).toEqual([]);
    const byUser = events.filter(({ actor }) => actor.id !== 'platform');
    for (const { actor, source_address, request_id } of byUser) {
      expect(actor).toMatchObject({ name: `${tenant.mark}-admin`, domain_id: tenant.ids['domain_id'], access_key: tenant.administrator.accessKey });
      expect(source_address).toBe('127.0.0.1');
      expect(request_id).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(byUser.length).toBeGreaterThan(12);
    expect(events.filter(({ resource }) => resource.id === function_urn).map(({ type, resource }) => [type, resource.id, resource.name, resource.revision])).toEqual([
      ['FunctionCreated', function_urn, name, 1],
      ['FunctionConfigReplaced', function_urn, name, 2],
      ['FunctionConfigReplaced', function_urn, name, 3],
    ]);
  });

  it('says what changed, field by field, and never a secret', async () => {
    const { events } = await page(own);
    const changes = Object.fromEntries((events[0]?.changes ?? []).map(({ field, ...values }) => [field, values]));
    expect(changes).toMatchObject({ memory_size: { old: 128, new: 256 }, user_data: { old: '***', new: '***' } });
    expect(Object.keys(changes)).not.toContain('handler');
    expect(JSON.stringify(await everything({}))).not.toMatch(/hunter|swordfish|secret_key/);
  });

  it('is narrowed by resource, actor, address, type, request and time', async () => {
    const [last] = (await page(own)).events;
    const narrowed: [JsonObject, number][] = [
      [own, 3],
      [{ ...own, resource_id: `${function_urn}:latest` }, 3],
      [{ resource_type: 'function', resource_id: 'urn:fss:local-1:x:function:default:x' }, 0],
      [{ resource_type: 'unheard_of' }, 0],
      [{ event_type: 'FunctionConfigReplaced' }, 2],
      [{ request_id: last?.request_id ?? '' }, 1],
      [{ ...own, actor: `${tenant.mark}-admin` }, 3],
      [{ ...own, actor: last?.actor.id ?? '' }, 3],
      [{ actor: 'nobody' }, 0],
      [{ ...own, source_ip: '127.0.0.1' }, 3],
      [{ ...own, source_ip: '::FFFF:127.0.0.1' }, 3],
      [{ source_ip: '127.0.0.2' }, 0],
      [{ ...own, from: last?.time ?? '' }, 1],
      [{ ...own, until: last?.time ?? '' }, 2],
    ];
    for (const [filter, expected] of narrowed) expect({ filter, found: (await everything(filter)).length }).toEqual({ filter, found: expected });
  });

  it('is read in pages without loss or repetition, either way, while more happens', async () => {
    const newest = await everything({});
    expect((await everything({ order: 'oldest' })).map(({ id }) => id).sort()).toEqual(newest.map(({ id }) => id).sort());
    const first = await page({ limit: 5 });
    await perform('CreateLogGroup', { project_id, log_group_name: `${tenant.mark}-later`, ttl_in_days: 7 }, tenant.administrator);
    const rest: AuditEvent[] = [];
    for (let cursor = first.next; cursor !== ''; ) {
      const { events, next } = await page({ limit: 5, cursor });
      rest.push(...events);
      cursor = next;
    }
    expect([...first.events, ...rest]).toEqual(newest);

    // Followed oldest first, what came later is on the next page.
    let cursor = '';
    const followed: AuditEvent[] = [];
    for (let turn = 0; followed.length < newest.length && turn < 200; turn += 1) {
      const { events, next } = await page({ order: 'oldest', limit: 4, cursor });
      followed.push(...events);
      cursor = next;
    }
    const { log_group_id } = await perform('CreateLogGroup', { project_id, log_group_name: `${tenant.mark}-last`, ttl_in_days: 7 }, tenant.administrator);
    let later: AuditEvent[] = [];
    for (let turn = 0; !later.some(({ resource }) => resource.id === log_group_id) && turn < 200; turn += 1) {
      const { events, next } = await page({ order: 'oldest', cursor });
      later = [...later, ...events];
      cursor = next;
    }
    expect(later.map(({ resource }) => resource.name)).toContain(`${tenant.mark}-last`);
    const ids = [...followed, ...later].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('shows what an operator of the platform did to the account', async () => {
    const { admin } = credentials();
    const operator: Credential = { kind: 'signature', accessKey: admin.access_key, secretKey: admin.secret_key, projectId: admin.project_id };
    await perform('SetAccountQuotas', { account_id: tenant.ids['domain_id'] ?? '', quotas: { fgs_func_num: 7 } }, operator);
    const [event] = (await page({ resource_type: 'account' })).events;
    expect(event).toMatchObject({
      type: 'AccountQuotasSet',
      actor: { name: admin.user, domain_id: admin.domain_id },
      changes: [{ field: 'quotas.fgs_func_num', new: 7 }],
    });
    // Nor does the operator's own trail tell what its tenants do.
    expect(JSON.stringify(await page({ limit: 200 }, operator))).not.toContain(tenant.mark);
  });

  it('keeps what is deleted, under the name it had', async () => {
    const created = await perform('CreateFunction', { project_id, func_name: 'short-lived', package: 'default', ...SETTINGS, code_type: 'inline', func_code: { file: SCRIPT } }, tenant.administrator);
    await perform('DeleteFunction', { project_id, function_urn: String(created['func_urn']) }, tenant.administrator);
    const [event] = (await page({ resource_type: 'function' })).events;
    expect(event).toMatchObject({ type: 'FunctionDeleted', resource: { name: 'short-lived' } });
  });

  it('is shown over gRPC too, and to whom the policy CTS ReadOnlyAccess is granted', async () => {
    const reader = await addUser(tenant, 'auditor', ['CTS ReadOnlyAccess']);
    for (const transport of ['REST', 'gRPC'] as const) {
      const answer = await call(transport, operationNamed('ListAuditEvents'), { resource_type: 'function' }, reader);
      expect(answer).toMatchObject({ outcome: 'ok', text: expect.stringContaining('FunctionConfigReplaced') });
    }
  });

  it.each([
    [{ limit: 0 }, 'limit must be 1 to 200'],
    [{ limit: 201 }, 'limit must be 1 to 200'],
    [{ order: 'random' }, 'order must be'],
    [{ from: 'yesterday' }, 'from must be a time'],
    [{ until: '2026-02-30T00:00:00Z' }, 'until must be a time'],
    [{ from: '2026-02-02T00:00:00Z', until: '2026-02-01T00:00:00Z' }, 'from must be earlier'],
    [{ source_ip: 'localhost' }, 'source_ip must be'],
    [{ source_ip: '127.0.0.0/8' }, 'source_ip must be'],
    [{ resource_id: 'x' }, 'resource_id needs resource_type'],
    [{ cursor: 'x' }, 'cursor must be'],
    [{ cursor: Buffer.from('["","","","",""]').toString('base64url') }, 'other filters'],
  ])('refuses %j as invalid', async (fields, message) => {
    const answer = await call('REST', operationNamed('ListAuditEvents'), fields, tenant.administrator);
    expect(answer).toMatchObject({ outcome: 'invalid', message: expect.stringContaining(message) });
  });

  describe('as the state of a resource', () => {
    it('is shown at a time or position, and how it differs between two', async () => {
      const events = (await everything({ ...own, order: 'oldest' }));
      const [created, first, second] = events as [AuditEvent, AuditEvent, AuditEvent];
      const at = async (as_of: string) => (await perform('ShowResourceHistory', { ...own, as_of }, tenant.administrator))['resource'];
      expect(await at(first.time)).toMatchObject({ memory_size: 128, user_data: '***' });
      expect(await at(second.position)).toMatchObject({ memory_size: 256, encrypted_user_data: '***' });
      const diff = await perform('ShowResourceDiff', { ...own, from: created.position, to: second.time }, tenant.administrator);
      expect(diff).toMatchObject({ existed_from: true, existed_to: true, changes: expect.arrayContaining([{ field: 'memory_size', old: 128, new: 256 }, { field: 'user_data', old: '***', new: '***' }]) });
      const ask = (fields: JsonObject) => call('REST', operationNamed('ShowResourceHistory'), { ...own, ...fields }, tenant.administrator);
      expect(await ask({ as_of: new Date(Date.parse(created.time) - 1).toISOString() })).toMatchObject({ outcome: 'not_found' });
      expect(await ask({ as_of: new Date(Date.now() + 60_000).toISOString() })).toMatchObject({ outcome: 'invalid', message: expect.stringContaining('future') });
      expect(await ask({ as_of: 'registry:1.1' })).toMatchObject({ outcome: 'invalid' });
      expect(await ask({ as_of: 'kms:1.1' })).toMatchObject({ outcome: 'invalid', message: expect.stringContaining('another service') });
      expect(await ask({ resource_type: 'unheard_of', as_of: created.time })).toMatchObject({ outcome: 'invalid' });
    });
  });
});
