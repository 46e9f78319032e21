import type { JsonObject } from '@bufbuild/protobuf';
import { furnishTenant, perform, type FurnishedTenant } from './every-operation/furnished-tenant.js';
import { call, hangUp } from './every-operation/public-calls.js';
import { publicOperations, type PublicOperation } from './every-operation/public-operations.js';
import { sampleRequest } from './every-operation/sample-requests.js';

// Whatever can be read as of a moment: the contracts say which. The resource history itself has a test of its own.
const reads = publicOperations.filter(({ name, input }) => name !== 'ShowResourceHistory' && input.fields.some((field) => field.name === 'as_of'));

// Differs from look to look: a link is signed for the moment it is asked for.
const MOMENTARY = /"link":"[^"]*"/g;

describe('a read as of a time', () => {
  let tenant: FurnishedTenant;
  let then: string;
  let answeredThen: ReadonlyMap<string, string>;
  let answeredNow: ReadonlyMap<string, string>;

  const answer = async (operation: PublicOperation, as_of?: string): Promise<string> => {
    // Without an account, permissions are those of the platform alone.
    const account: JsonObject = operation.name === 'KeystoneListPermissions' ? { domain_id: tenant.ids['domain_id'] ?? '' } : {};
    const request = { ...sampleRequest(operation, tenant.ids), ...account, ...(as_of !== undefined && { as_of }) };
    const { outcome, text } = await call('REST', operation, request, tenant.administrator);
    return `${outcome} ${text.replaceAll(MOMENTARY, '').replaceAll(/"request_id":"[^"]*"/g, '')}`;
  };
  const answers = async (): Promise<ReadonlyMap<string, string>> => {
    const all = new Map<string, string>();
    for (const operation of reads) all.set(operation.name, await answer(operation));
    return all;
  };

  beforeAll(async () => {
    tenant = await furnishTenant('as-of');
    answeredThen = await answers();
    const [newest] = (await perform('ListAuditEvents', { limit: 1 }, tenant.administrator))['events'] as JsonObject[];
    then = String(newest?.['time']);
    while (Date.now() <= Date.parse(then)) await new Promise((resolve) => setImmediate(resolve));
    // Something happens to each thing that can be read.
    const { project_id = '', function_urn = '', alias_name = '', event_id = '', trigger_id = '', role_id = '', domain_id = '', key_id = '' } = tenant.ids;
    const make = (operation: string, fields: JsonObject) => perform(operation, fields, tenant.administrator);
    const of = { project_id, function_urn };
    await make('UpdateFunctionConfig', { ...of, func_name: tenant.mark, runtime: 'http', handler: 'bootstrap', timeout: 20, memory_size: 256 });
    await make('UpdateFunctionCode', { ...of, code_type: 'inline', func_code: { file: Buffer.from('#!/bin/sh\nexit 1\n').toString('base64') } });
    await make('CreateFunctionVersion', { ...of, version: 'later' });
    await make('UpdateVersionAlias', { ...of, alias_name, version: 'later' });
    await make('CreateTags', { project_id, resource_id: function_urn, tags: [{ key: 'later', value: '' }] });
    await make('UpdateEvent', { ...of, event_id, name: 'renamed', content: 'W10=' });
    await make('UpdateTrigger', { ...of, trigger_type_code: 'APIG', trigger_id, trigger_status: 'DISABLED' });
    await make('UpdateCustomPolicy', { role_id, role: { display_name: 'later', type: 'XA', description: 'later', policy: { Version: '1.1', Statement: [{ Effect: 'Deny', Action: ['kms:*:*'] }] } } });
    await make('CreateUser', { user: { name: `${tenant.mark}-later`, domain_id } });
    await make('KeystoneCreateProject', { project: { name: 'local-1_later', parent_id: project_id } });
    await make('CreateFunction', { project_id, func_name: 'later', package: 'default', runtime: 'http', handler: 'bootstrap', timeout: 10, memory_size: 128, code_type: 'inline', func_code: { file: 'IyEvYmluL3NoCg==' } });
    await make('DisableKey', { project_id, key_id });
    answeredNow = await answers();
  });
  afterAll(hangUp);

  it('is there for functions, their code, versions, aliases, tags, test events and triggers, for policies, quotas and keys', () => {
    expect(reads.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'ListFunctions', 'ShowFunctionConfig', 'ShowFunctionCode', 'ListFunctionVersions', 'ListVersionAliases', 'ShowVersionAlias', 'ListFunctionTags', 'ListEvents', 'ShowEvent',
        'ListFunctionTriggers', 'ShowFunctionTrigger', 'ListTriggers', 'ListQuotas', 'ListCustomPolicies', 'ShowCustomPolicy', 'ShowDomainQuota', 'ShowProjectQuota', 'DescribeKey',
      ]),
    );
  });

  it.each(reads)('$name answers as it answered then, whatever has happened since', async (operation) => {
    const before = answeredThen.get(operation.name);
    expect(before).toMatch(/^ok /);
    expect(answeredNow.get(operation.name)).not.toBe(before);
    expect(await answer(operation, then)).toBe(before);
  });
});
