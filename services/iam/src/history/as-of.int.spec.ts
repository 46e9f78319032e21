import { AccountAdminServiceClient } from '@windlass/contracts/iam/v1/account_admin_service';
import { AccountHistoryServiceClient } from '@windlass/contracts/iam/v1/account_history_service';
import { EventSourceServiceClient, ListSourceEventsRequest } from '@windlass/contracts/history/v1/event_source_service';
import { GrantServiceClient } from '@windlass/contracts/iam/v1/grant_service';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { QuotaServiceClient } from '@windlass/contracts/iam/v1/quota_service';
import { CreateCustomPolicyRequest, ListPermissionsRequest, RoleServiceClient, UpdateCustomPolicyRequest } from '@windlass/contracts/iam/v1/role_service';
import { administratorOf, identitiesOf } from '../testing/identities.js';
import { RunningIam } from '../testing/running-iam.js';

const POLICY = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list*'] }] };

describe('reads of policies and quotas as of a time or position', () => {
  let iam: RunningIam;
  beforeAll(async () => {
    iam = await RunningIam.start();
  });
  afterAll(() => iam?.stop());

  const here = async (tenant: string): Promise<{ position: string; time: string }> => {
    const [last] = await iam.sql<{ position: string; at: Date }>(
      `SELECT 'iam:' || transaction_id || '.' || global_position AS position, recorded_at AS at FROM iam.events
       WHERE tenant = $1 ORDER BY transaction_id DESC, global_position DESC LIMIT 1`,
      [tenant],
    );
    if (last === undefined) throw new Error('nothing has happened');
    while (Date.now() <= last.at.getTime()) await new Promise((resolve) => setImmediate(resolve));
    return { position: last.position, time: last.at.toISOString() };
  };

  it('answer what the same read answered then, whatever has happened since', async () => {
    const account = await iam.createAccount('acme');
    const ann = administratorOf(account);
    const operator = Principal.fromPartial({ domain_id: 'op', user_id: 'op', user_name: 'operator', roles: ['op_admin'] });
    const as = iam.as(ann);
    const [roles, quotas, grants] = [iam.client(RoleServiceClient), iam.client(QuotaServiceClient), iam.client(GrantServiceClient)];
    const admin = iam.client(AccountAdminServiceClient);
    const ids = identitiesOf(iam);
    const policies: string[] = [];
    const create = async (display_name: string) => {
      const { role } = await roles.createCustomPolicy(CreateCustomPolicyRequest.fromPartial({ role: { display_name, type: 'XA', description: 'd', policy: POLICY } }), as);
      policies.push(role?.id ?? '');
    };
    let user = '';
    let group = '';
    const grant = () => ({ domain_id: account.domain_id, group_id: group, role_id: policies[0] as string });
    const steps: (() => Promise<unknown>)[] = [
      () => create('first'),
      async () => (user = (await ids.createUser(ann, 'bob')).id),
      async () => (group = (await ids.createGroup(ann, 'developers')).id),
      () => grants.keystoneAssociateGroupWithDomainPermission(grant(), as),
      () => roles.updateCustomPolicy(UpdateCustomPolicyRequest.fromPartial({ role_id: policies[0] as string, role: { description: 'changed' } }), as),
      () => create('second'),
      () => admin.setAccountQuotas({ account_id: account.domain_id, quotas: { user: 7 } }, iam.as(operator)),
      () => grants.keystoneRemoveDomainPermissionFromGroup(grant(), as),
      () => roles.deleteCustomPolicy({ role_id: policies[0] as string }, as),
      () => ids.users.keystoneDeleteUser({ user_id: user }, as),
    ];
    const everything = async (known: readonly string[], as_of?: string) => {
      const ask = (call: Promise<unknown>) => call.catch((error: { code: string; kind: string }) => `${error.kind} ${error.code}`);
      return {
        custom: await ask(roles.listCustomPolicies({ as_of }, as)),
        permissions: await ask(roles.keystoneListPermissions(ListPermissionsRequest.fromPartial({ domain_id: account.domain_id, display_name: 'd', as_of }), as)),
        system: await ask(roles.keystoneListPermissions(ListPermissionsRequest.fromPartial({ display_name: 'Tenant', as_of }), as)),
        shown: await Promise.all(known.map((role_id) => ask(roles.showCustomPolicy({ role_id, as_of }, as)))),
        granted: await Promise.all(known.map((role_id) => ask(roles.keystoneShowPermission({ role_id, as_of }, as)))),
        quotas: await ask(quotas.showDomainQuota({ domain_id: account.domain_id, type: '', as_of }, as)),
        projects: await ask(quotas.showProjectQuota({ project_id: account.project_id, as_of }, as)),
      };
    };
    const lived: { moment: { position: string; time: string }; policies: string[]; answers: object }[] = [];
    for (const step of steps) {
      await step();
      lived.push({ moment: await here(account.domain_id), policies: [...policies], answers: await everything(policies) });
    }
    for (const { moment, policies: known, answers } of lived) {
      for (const asOf of [moment.time, moment.position]) expect({ asOf, ...(await everything(known, asOf)) }).toEqual({ asOf, ...answers });
    }
    expect(new Set(lived.map(({ answers }) => JSON.stringify(answers))).size).toBe(steps.length);

    const accounts = iam.client(AccountHistoryServiceClient);
    const quotaAt = async (index: number) => (await accounts.showAccountAt({ time: lived[index]?.moment.time ?? '' }, as)).quotas;
    expect([await quotaAt(0), await quotaAt(9)]).toEqual([{}, { user: 7 }]);

    // What happened, in the words of the trail: an operator's change of the account is the account's to see.
    const sources = iam.client(EventSourceServiceClient);
    const told = (fields: object, caller = ann) => sources.listSourceEvents(ListSourceEventsRequest.fromPartial({ order: 'oldest', limit: 100, ...fields }), iam.as(caller));
    const { events } = await told({ resource_type: 'policy', resource_id: policies[0] });
    expect(events.map(({ type, resource, changes }) => [type, resource?.name, changes.map(({ field }) => field)])).toEqual([
      ['CustomPolicyCreated', 'first', expect.arrayContaining(['policy.Statement', 'display_name'])],
      ['CustomPolicyUpdated', 'first', ['description', 'updated_time']],
      ['CustomPolicyDeleted', 'first', []],
    ]);
    expect((await told({ event_type: 'AccountQuotasSet' })).events).toMatchObject([{ actor: { id: 'op', name: 'operator' }, changes: [{ field: 'quotas.user', new: 7 }] }]);
    expect((await told({ resource_type: 'group' })).events).toMatchObject([{ type: 'GroupCreated', resource: { name: 'developers' } }]);
    expect((await told({}, Principal.fromPartial({ domain_id: 'nobody' }))).events).toEqual([]);
    // Every kind of thing is known by name.
    expect((await told({ limit: 1_000 })).events.filter(({ resource }) => resource?.type === '')).toEqual([]);
  });
});
