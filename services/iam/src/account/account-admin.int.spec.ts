import { AccountAdminServiceClient, ListAccountsRequest } from '@windlass/contracts/iam/v1/account_admin_service';
import type { CreateAccountResponse } from '@windlass/contracts/iam/v1/account_service';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { QuotaServiceClient } from '@windlass/contracts/iam/v1/quota_service';
import { PostgresEventBus } from '@windlass/event-bus';
import type { Remote } from '@windlass/grpc';
import { createLogger } from '@windlass/telemetry';
import { PASSWORD, RunningIam } from '../testing/running-iam.js';

describe('accounts, as operators manage them', () => {
  let iam: RunningIam;
  let admin: Remote<AccountAdminServiceClient>;
  let operator: Principal;
  let platform: CreateAccountResponse;

  beforeAll(async () => {
    iam = await RunningIam.start();
    admin = iam.client(AccountAdminServiceClient);
    platform = await iam.createAccount('windlass', { is_operator: true });
    operator = Principal.fromPartial({ domain_id: platform.domain_id, user_id: platform.user_id, roles: ['te_admin', 'op_admin'] });
  });
  afterAll(() => iam?.stop());

  const status = (account_id: string, reason = '') => ({ account_id, reason });
  const as = () => iam.as(operator);

  it('are listed in pages, by name and by status', async () => {
    const ids: string[] = [];
    for (const name of ['list-a', 'list-b', 'LIST-c']) ids.push((await iam.createAccount(name)).domain_id);
    const list = async (change: Partial<ListAccountsRequest>) => {
      const { accounts, total_count } = await admin.listAccounts(ListAccountsRequest.fromPartial({ name: 'list-', ...change }), as());
      return { names: accounts.map(({ name }) => name), total: total_count };
    };
    await expect(list({})).resolves.toEqual({ names: ['list-a', 'list-b', 'LIST-c'], total: 3 });
    await expect(list({ limit: 1, offset: 1 })).resolves.toEqual({ names: ['list-b'], total: 3 });
    await admin.suspendAccount(status(ids[0]!), as());
    await expect(list({ status: 'suspended' })).resolves.toEqual({ names: ['list-a'], total: 1 });
    for (const bad of [{ limit: 0 }, { limit: 1001 }, { status: 'happy' }, { name: 'a\0' }]) await expect(list(bad)).rejects.toMatchObject({ kind: 'invalid', code: 'IAM.0007' });
  });

  it('let no credential in while they are suspended, and all of them when they are resumed', async () => {
    const { domain_id: id } = await iam.createAccount('paused');
    const { token_value: token } = await iam.logIn('paused');
    await admin.suspendAccount(status(id, 'unpaid'), as());
    await expect(iam.authentication.authenticateToken({ token })).rejects.toMatchObject({ kind: 'unauthenticated', message: expect.stringContaining('suspended') });
    await expect(iam.logIn('paused')).rejects.toMatchObject({ kind: 'unauthenticated', reason: 'ACCOUNT_NOT_ACTIVE', message: expect.stringContaining('suspended') });
    // Who does not know the password learns nothing of it.
    await expect(iam.logIn('paused', 'wrong password 1')).rejects.toMatchObject({ reason: 'CREDENTIALS_WRONG' });
    await expect(admin.showAccountDetails({ account_id: id }, as())).resolves.toMatchObject({ account: { status: 'suspended', status_reason: 'unpaid' } });
    await admin.resumeAccount(status(id), as());
    await expect(iam.authentication.authenticateToken({ token })).resolves.toMatchObject({ principal: { domain_name: 'paused' } });
  });

  it('are closed for good, and keep their name', async () => {
    const { domain_id: id } = await iam.createAccount('ended');
    await expect(admin.closeAccount(status(id), as())).rejects.toMatchObject({ kind: 'conflict', reason: 'ACCOUNT_ACTIVE' });
    await admin.suspendAccount(status(id), as());
    await expect(admin.closeAccount(status(id), as())).resolves.toMatchObject({ account: { status: 'closed' } });
    await expect(admin.resumeAccount(status(id), as())).rejects.toMatchObject({ kind: 'conflict', reason: 'ACCOUNT_CLOSED' });
    await expect(iam.createAccount('ENDED')).rejects.toMatchObject({ reason: 'ACCOUNT_EXISTS' });
  });

  it('end in one status when many change it at once', async () => {
    const { domain_id: id } = await iam.createAccount('contended-status');
    await Promise.all(Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? admin.suspendAccount(status(id), as()) : admin.resumeAccount(status(id), as()))));
    const { account } = await admin.showAccountDetails({ account_id: id }, as());
    expect(['active', 'suspended']).toContain(account?.status);
  });

  it('have quotas that are set by type, told with every event, and audited with who set them', async () => {
    const { domain_id: id, project_id } = await iam.createAccount('quotas');
    const bus = await PostgresEventBus.open({ connectionString: iam.databaseUrl, logger: createLogger('test', { level: 'silent' }) });
    const heard: AccountEvent[] = [];
    const complete = new Promise<void>((resolve) => {
      const onMessages = async (messages: readonly { key: string; payload: Uint8Array }[]) => {
        heard.push(...messages.filter(({ key }) => key === id).map(({ payload }) => AccountEvent.decode(payload)));
        if (heard.length === 3) resolve();
      };
      void bus.consume({ group: 'test', topics: ['iam.accounts'], onMessages });
    });
    try {
      await expect(admin.setAccountQuotas({ account_id: id, quotas: { user: 2, fgs_func_num: 500 } }, as())).resolves.toEqual({ quotas: { user: 2, fgs_func_num: 500 } });
      await admin.suspendAccount(status(id), as());
      await complete;
      expect(heard).toEqual([
        { domain_id: id, status: 'active', quotas: {}, isolation: 'standard', revision: 1 },
        { domain_id: id, status: 'active', quotas: { user: 2, fgs_func_num: 500 }, isolation: 'standard', revision: 2 },
        { domain_id: id, status: 'suspended', quotas: { user: 2, fgs_func_num: 500 }, isolation: 'standard', revision: 3 },
      ]);
    } finally {
      await bus.close();
    }
    await expect(admin.showAccountQuotas({ account_id: id }, as())).resolves.toEqual({ quotas: { user: 2, fgs_func_num: 500 } });
    const audit = await iam.sql<{ actor: string }>(`SELECT metadata->>'actor' AS actor FROM iam.events WHERE type = 'AccountQuotasSet' AND tenant = $1`, [id]);
    expect(audit).toEqual([{ actor: platform.user_id }]);

    const tenant = iam.as(Principal.fromPartial({ domain_id: id, roles: ['te_admin'], all_enterprise_projects: true }));
    const quotas = iam.client(QuotaServiceClient);
    const shown = await quotas.showDomainQuota({ domain_id: id, type: '' }, tenant);
    expect(shown.quotas?.resources).toEqual([
      { type: 'user', quota: 2, used: 1, min: 2, max: 1000 },
      { type: 'group', quota: 20, used: 0, min: 10, max: 300 },
      { type: 'agency', quota: 50, used: 0, min: 10, max: 300 },
      { type: 'policy', quota: 200, used: 0, min: 128, max: 300 },
    ]);
    await expect(quotas.showDomainQuota({ domain_id: id, type: 'group' }, tenant)).resolves.toMatchObject({ quotas: { resources: [{ type: 'group' }] } });
    await expect(quotas.showProjectQuota({ project_id }, tenant)).resolves.toEqual({ quotas: { resources: [{ type: 'project', quota: 10, used: 1, min: 0, max: 50 }] } });
    await expect(quotas.showDomainQuota({ domain_id: id, type: 'nonsense' }, tenant)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(quotas.showDomainQuota({ domain_id: platform.domain_id, type: '' }, tenant)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(quotas.showProjectQuota({ project_id: platform.project_id }, tenant)).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('are nobody else\'s to manage, and nothing is learnt of one that is not there', async () => {
    const { domain_id: id } = await iam.createAccount('guarded');
    const tenant = iam.as(Principal.fromPartial({ domain_id: id, user_id: 'u', roles: ['te_admin'] }));
    for (const call of [
      admin.listAccounts(ListAccountsRequest.fromPartial({}), tenant),
      admin.showAccountDetails({ account_id: id }, tenant),
      admin.suspendAccount(status(id), tenant),
      admin.setAccountQuotas({ account_id: id, quotas: { user: 1000 } }, tenant),
    ]) {
      await expect(call).rejects.toMatchObject({ kind: 'forbidden', reason: 'OPERATOR_ONLY' });
    }
    for (const missing of ['f'.repeat(32), '', 'no\0id', platform.domain_id.toUpperCase()]) {
      await expect(admin.suspendAccount(status(missing), as())).rejects.toMatchObject({ kind: 'not_found', reason: 'ACCOUNT_UNKNOWN' });
      await expect(admin.showAccountDetails({ account_id: missing }, as())).rejects.toMatchObject({ kind: 'not_found' });
    }
    await expect(admin.suspendAccount(status(platform.domain_id), as())).rejects.toMatchObject({ kind: 'conflict', reason: 'ACCOUNT_OPERATES' });
    await expect(iam.logIn('guarded', PASSWORD)).resolves.toBeDefined();
  });
});
