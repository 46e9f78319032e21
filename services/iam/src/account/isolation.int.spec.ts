import { IsolationServiceClient } from '@windlass/contracts/iam/v1/isolation_service';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { PostgresEventBus } from '@windlass/event-bus';
import type { Remote } from '@windlass/grpc';
import { createLogger } from '@windlass/telemetry';
import { RunningIam } from '../testing/running-iam.js';

describe('the isolation an account demands of its functions', () => {
  let iam: RunningIam;
  let isolation: Remote<IsolationServiceClient>;
  let operator: Principal;

  beforeAll(async () => {
    iam = await RunningIam.start();
    isolation = iam.client(IsolationServiceClient);
    const platform = await iam.createAccount('windlass', { is_operator: true });
    operator = Principal.fromPartial({ domain_id: platform.domain_id, user_id: platform.user_id, roles: ['te_admin', 'op_admin'] });
  });
  afterAll(() => iam?.stop());

  const administratorOf = ({ domain_id, user_id }: { domain_id: string; user_id: string }) => iam.as(Principal.fromPartial({ domain_id, user_id, roles: ['te_admin'] }));
  const answer = (demanded_by_account: string, demanded_by_operator: string, held: string) => ({ isolation: held, demanded_by_account, demanded_by_operator });

  it('is demanded by its administrator and by the operator, and holds as long as one of them does', async () => {
    const account = await iam.createAccount('strict');
    const owner = administratorOf(account);
    const of = { account_id: account.domain_id };
    await expect(isolation.showIsolation({}, owner)).resolves.toEqual(answer('standard', 'standard', 'standard'));
    await expect(isolation.setIsolation({ isolation: 'strong' }, owner)).resolves.toEqual(answer('strong', 'standard', 'strong'));
    await expect(isolation.setAccountIsolation({ ...of, isolation: 'strong' }, iam.as(operator))).resolves.toEqual(answer('strong', 'strong', 'strong'));
    // What the operator demands stays, whatever the account says.
    await expect(isolation.setIsolation({ isolation: 'standard' }, owner)).resolves.toEqual(answer('standard', 'strong', 'strong'));
    await expect(isolation.showAccountIsolation(of, iam.as(operator))).resolves.toEqual(answer('standard', 'strong', 'strong'));
    await expect(isolation.setAccountIsolation({ ...of, isolation: 'standard' }, iam.as(operator))).resolves.toEqual(answer('standard', 'standard', 'standard'));
    const audit = await iam.sql<{ actor: string }>(`SELECT metadata->>'actor' AS actor FROM iam.events WHERE type = 'AccountIsolationDemanded' AND tenant = $1 ORDER BY version`, [account.domain_id]);
    expect(audit.map(({ actor }) => actor)).toEqual([account.user_id, operator.user_id, account.user_id, operator.user_id]);
  });

  it('is told to other services, with every later change too', async () => {
    const account = await iam.createAccount('told');
    const bus = await PostgresEventBus.open({ connectionString: iam.databaseUrl, logger: createLogger('test', { level: 'silent' }) });
    const heard: AccountEvent[] = [];
    const complete = new Promise<void>((resolve) => {
      const onMessages = async (messages: readonly { key: string; payload: Uint8Array }[]) => {
        heard.push(...messages.filter(({ key }) => key === account.domain_id).map(({ payload }) => AccountEvent.decode(payload)));
        if (heard.length === 2) resolve();
      };
      void bus.consume({ group: 'test', topics: ['iam.accounts'], onMessages });
    });
    try {
      await isolation.setIsolation({ isolation: 'strong' }, administratorOf(account));
      await complete;
      expect(heard.map((event) => event.isolation)).toEqual(['standard', 'strong']);
    } finally {
      await bus.close();
    }
  });

  it('is one of two words, and only operators see or set that of others', async () => {
    const account = await iam.createAccount('guarded');
    const owner = administratorOf(account);
    for (const bad of ['', 'STRONG', 'kata']) await expect(isolation.setIsolation({ isolation: bad }, owner)).rejects.toMatchObject({ kind: 'invalid', reason: 'ISOLATION_INVALID' });
    const of = { account_id: account.domain_id };
    await expect(isolation.showAccountIsolation(of, owner)).rejects.toMatchObject({ kind: 'forbidden', reason: 'OPERATOR_ONLY' });
    await expect(isolation.setAccountIsolation({ ...of, isolation: 'strong' }, owner)).rejects.toMatchObject({ kind: 'forbidden', reason: 'OPERATOR_ONLY' });
    await expect(isolation.setAccountIsolation({ account_id: 'f'.repeat(32), isolation: 'strong' }, iam.as(operator))).rejects.toMatchObject({ kind: 'not_found', reason: 'ACCOUNT_UNKNOWN' });
  });
});
