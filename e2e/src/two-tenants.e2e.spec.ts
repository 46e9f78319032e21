import { Access } from '@windlass/contracts/options/v1/operation';
import { packFiles } from '@windlass/function-package';
import { addUser, furnishTenant, perform, type FurnishedTenant } from './every-operation/furnished-tenant.js';
import { call, hangUp, type Answer } from './every-operation/public-calls.js';
import { guardedOperations, operationNamed } from './every-operation/public-operations.js';
import { sampleRequest, SCRIPT } from './every-operation/sample-requests.js';
import { everythingOf } from './every-operation/tenant-inventory.js';
import { eventually, nodeFunction } from './harness/deploy.js';

const SETTINGS = { package: 'default', runtime: 'http', handler: 'bootstrap', timeout: 10, memory_size: 128 };

// Two tenants live side by side, from sign-up to the last deletion, and neither learns of the other.
describe('two tenants', () => {
  let ann: FurnishedTenant;
  let bob: FurnishedTenant;

  beforeAll(async () => {
    [ann, bob] = await Promise.all([furnishTenant('ann'), furnishTenant('bob')]);
  });
  afterAll(hangUp);

  const pairs = (): [string, FurnishedTenant, FurnishedTenant][] => [
    ['ann', ann, bob],
    ['bob', bob, ann],
  ];

  it('see everything of their own and nothing of the other', async () => {
    for (const [, own, other] of pairs()) {
      const all = await everythingOf(own);
      expect(all).toContain(own.mark);
      expect(all).not.toContain(other.mark);
      for (const id of Object.values(other.ids)) expect(all).not.toContain(id);
    }
  });

  it('are told the same of what is the other’s as of what does not exist', async () => {
    // What may name a thing that is one's own to make with any id, or that everybody may name.
    const ownScope = new Set(['project_id', 'domain_id', 'id', 'account_id']);
    let compared = 0;
    for (const [, own, other] of pairs()) {
      for (const operation of guardedOperations.filter(({ access }) => access !== Access.OPERATOR)) {
        for (const name of operation.pathFields.filter((field) => !ownScope.has(field) && other.ids[field] !== undefined)) {
          const ask = (id: string): Promise<Answer> => call('REST', operation, { ...sampleRequest(operation, own.ids), [name]: id }, own.administrator);
          const foreign = other.ids[name] as string;
          const missing = neverMade(foreign, other.mark);
          const [ofForeign, ofMissing] = [await ask(foreign), await ask(missing)];
          const said = ({ status, text }: Answer, id: string): string => `${status} ${text.replaceAll(id, '<id>').replaceAll(other.mark, '<mark>').replaceAll(neverMade(other.mark, other.mark), '<mark>')}`;
          expect({ operation: operation.name, name, said: said(ofForeign, foreign) }).toEqual({ operation: operation.name, name, said: said(ofMissing, missing) });
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(60);
  });

  it('count their own only', async () => {
    const used = async ({ ids, administrator }: FurnishedTenant): Promise<unknown> => {
      const { quotas } = await perform('ListQuotas', { project_id: ids['project_id'] as string }, administrator);
      return (quotas as { resources: { type: string; used?: number }[] }).resources.find(({ type }) => type === 'fgs_func_num')?.used;
    };
    expect([await used(ann), await used(bob)]).toEqual([1, 1]);
    const { func_urn } = await perform('CreateFunction', { project_id: ann.ids['project_id'] as string, func_name: 'second', ...SETTINGS, code_type: 'inline', func_code: { file: SCRIPT } }, ann.administrator);
    expect([await used(ann), await used(bob)]).toEqual([2, 1]);
    await perform('DeleteFunction', { project_id: ann.ids['project_id'] as string, function_urn: String(func_urn) }, ann.administrator);
  });

  it('give powers to users of their own, which end at the account’s border', async () => {
    const reader = await addUser(ann, 'reader', ['FunctionGraph ReadOnlyAccess']);
    const list = operationNamed('ListFunctions');
    await eventually(() => call('REST', list, { project_id: ann.ids['project_id'] as string }, reader), ({ outcome }) => outcome === 'ok');
    const across = await call('REST', list, { project_id: bob.ids['project_id'] as string }, reader);
    expect(across.outcome).toBe('forbidden');
    expect(across.text).not.toContain(bob.mark);
  });

  it('keep answering while the other floods its own function', async () => {
    const deploy = async (tenant: FurnishedTenant, script: string): Promise<string> => {
      const file = (await packFiles(nodeFunction(script))).toString('base64');
      const request = { project_id: tenant.ids['project_id'] as string, func_name: 'busy', ...SETTINGS, code_type: 'zip', code_filename: 'busy.zip', func_code: { file } };
      const { func_urn } = await perform('CreateFunction', request, tenant.administrator);
      const trigger = await perform(
        'CreateFunctionTrigger',
        { project_id: tenant.ids['project_id'] as string, function_urn: String(func_urn), trigger_type_code: 'APIG', event_data: { name: 'busy', path: '/', auth: 'NONE' } },
        tenant.administrator,
      );
      return (trigger['event_data'] as { invoke_url: string }).invoke_url;
    };
    const [flooded, quiet] = await Promise.all([
      deploy(ann, "http.createServer((_, response) => setTimeout(() => response.end('slow'), 300)).listen(8000, '127.0.0.1');"),
      deploy(bob, "http.createServer((_, response) => response.end('quick')).listen(8000, '127.0.0.1');"),
    ]);
    await eventually(() => fetch(quiet), ({ status }) => status === 200);
    // Far more at once than one account may have running; what is too much is refused, to the one who does it.
    const flood = Promise.all(Array.from({ length: 300 }, () => fetch(flooded).then(async (response) => (await response.arrayBuffer(), response.status))));
    const quietly: number[] = [];
    for (let asked = 0; asked < 40; asked += 1) quietly.push((await fetch(quiet)).status);
    expect(quietly).toEqual(Array.from({ length: 40 }, () => 200));
    const statuses = new Set(await flood);
    expect([...statuses].every((status) => status === 200 || status === 429)).toBe(true);
  });

  it('end without a trace in the other', async () => {
    const before = await everythingOf(bob);
    const ids = ann.ids as Record<string, string>;
    const project_id = ids['project_id'] as string;
    for (const name of [ann.mark, 'busy']) {
      await perform('DeleteFunction', { project_id, function_urn: `urn:fss:local-1:${project_id}:function:default:${name}` }, ann.administrator);
    }
    await perform('DeleteLogGroup', { project_id, log_group_id: ids['log_group_id'] as string }, ann.administrator);
    await perform('KeystoneDeleteUser', { user_id: ids['user_id'] as string }, ann.administrator);
    await perform('KeystoneDeleteGroup', { group_id: ids['group_id'] as string }, ann.administrator);
    await perform('DeleteAgency', { agency_id: ids['agency_id'] as string }, ann.administrator);
    expect(await everythingOf(bob)).toBe(before);
  });
});

/** An id of the same form that was never given to anything. */
function neverMade(id: string, mark: string): string {
  const other = (text: string): string => text.replace(/[0-9a-f](?=[^0-9a-f]*$)/, (digit) => (digit === '0' ? '1' : '0'));
  return id.includes(mark) ? id.replaceAll(mark, other(mark)) : other(id);
}
