import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { PostgresEventBus, type BusMessage } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { openDatabase } from '../database/open-database.js';
import { rebuildReadModels } from '../database/rebuild-read-models.js';
import { PASSWORD, REGION, RunningIam } from '../testing/running-iam.js';
import { openEvents } from '../stored-events.js';

describe('accounts', () => {
  let iam: RunningIam;

  beforeAll(async () => {
    iam = await RunningIam.start();
  });
  afterAll(() => iam?.stop());

  it('are created with an administrator, a project named as the region and an access key', async () => {
    const created = await iam.createAccount('acme');
    expect(created).toEqual({
      domain_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      domain_name: 'acme',
      user_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      user_name: 'ann',
      project_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      project_name: REGION,
      access_key: expect.stringMatching(/^[A-Z0-9]{20}$/),
      secret_key: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
    });
    await expect(iam.accounts.showAccount({ account_name: 'ACME' })).resolves.toEqual({
      domain_id: created.domain_id,
      domain_name: 'acme',
      status: 'active',
    });
  });

  it('keep the access key that their maker brought', async () => {
    const pair = { access_key: 'ABCDEFGHIJ0123456789', secret_key: 'abcdefghijABCDEFGHIJ0123456789abcdefghij' };
    await expect(iam.createAccount('with-key', pair)).resolves.toMatchObject(pair);
    await expect(iam.createAccount('same-key', pair)).rejects.toMatchObject({ kind: 'conflict', reason: 'ACCESS_KEY_EXISTS' });
    const contended = { access_key: 'CONTENDED00000000000', secret_key: pair.secret_key };
    const attempts = await Promise.allSettled(['first', 'second'].map((name) => iam.createAccount(`${name}-contender`, contended)));
    expect(attempts.map((attempt) => (attempt.status === 'rejected' ? attempt.reason.kind : 'created')).sort()).toEqual(['conflict', 'created']);
    await expect(iam.createAccount('half-key', { access_key: 'ABCDEFGHIJ012345678X' })).rejects.toMatchObject({ reason: 'ACCESS_KEY_INVALID' });
  });

  it('are not there when nobody created them', async () => {
    for (const name of ['nobody', '', 'no\0body']) {
      await expect(iam.accounts.showAccount({ account_name: name })).rejects.toMatchObject({ kind: 'not_found', reason: 'ACCOUNT_UNKNOWN' });
    }
  });

  it('have names that differ in more than case', async () => {
    await iam.createAccount('Unique');
    await expect(iam.createAccount('uNIQUE')).rejects.toMatchObject({ kind: 'conflict', reason: 'ACCOUNT_EXISTS' });
  });

  it('of one name are created once, however many ask at the same time, and the others leave nothing behind', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 4 }, () => iam.createAccount('contended')));
    const refusals = attempts.filter((attempt) => attempt.status === 'rejected').map(({ reason }) => reason.reason);
    expect(refusals).toEqual(['ACCOUNT_EXISTS', 'ACCOUNT_EXISTS', 'ACCOUNT_EXISTS']);
    const accounts = await iam.sql<{ domain_id: string }>("SELECT domain_id FROM iam.accounts WHERE name = 'contended'");
    const streams = await iam.sql<{ tenant: string }>(
      `SELECT DISTINCT tenant FROM iam.events WHERE type = 'AccountCreated' AND payload->>'name' = 'contended'`,
    );
    expect(streams.map(({ tenant }) => tenant)).toEqual(accounts.map(({ domain_id: id }) => id));
    const orphans = await iam.sql('SELECT user_id FROM iam.user_passwords EXCEPT SELECT user_id FROM iam.users');
    expect(orphans).toEqual([]);
  });

  it.each([
    [{ account_name: '1st' }, 'NAME_INVALID'],
    [{ user_name: '' }, 'NAME_INVALID'],
    [{ password: 'short' }, 'PASSWORD_WEAK'],
    [{ email: 'nobody' }, 'EMAIL_INVALID'],
  ])('are not created with %j', async (change, reason) => {
    await expect(iam.createAccount('refused', change)).rejects.toMatchObject({ kind: 'invalid', reason });
    await expect(iam.accounts.showAccount({ account_name: 'refused' })).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('are told to other services', async () => {
    const created = await iam.createAccount('published');
    const bus = await PostgresEventBus.open({ connectionString: iam.databaseUrl, logger: createLogger('test', { level: 'silent' }) });
    const arrived = new Promise<BusMessage>((resolve) => {
      const onMessages = async (messages: readonly BusMessage[]) => {
        const message = messages.find(({ key }) => key === created.domain_id);
        if (message) resolve(message);
      };
      void bus.consume({ group: 'test', topics: ['iam.accounts'], onMessages });
    });
    expect(AccountEvent.decode((await arrived).payload)).toEqual({ domain_id: created.domain_id, status: 'active', quotas: {}, isolation: 'standard', revision: 1 });
    await bus.close();
  });

  it('are the same after a restart', async () => {
    const { domain_id: domainId } = await iam.createAccount('lasting');
    await iam.restart();
    await expect(iam.accounts.showAccount({ account_name: 'lasting' })).resolves.toMatchObject({ domain_id: domainId });
    await expect(iam.createAccount('lasting')).rejects.toMatchObject({ kind: 'conflict' });
    await expect(iam.logIn('lasting')).resolves.toMatchObject({ token: { user: { name: 'ann' } } });
  });

  it('and all that belongs to them can be made again from the events', async () => {
    const models = async () =>
      Promise.all(['accounts', 'users', 'projects', 'access_keys'].map((table) => iam.sql(`SELECT * FROM iam.${table} ORDER BY 1`)));
    const live = await models();
    const dataSource = await openDatabase(iam.databaseUrl);
    try {
      const events = await rebuildReadModels(openEvents(dataSource));
      // Five events an account: account, user, password set, project, access key.
      expect(events).toBe(5 * live[0]!.length);
      await expect(models()).resolves.toEqual(live);
    } finally {
      await dataSource.destroy();
    }
    await expect(iam.logIn('acme')).resolves.toMatchObject({ token: { user: { name: 'ann' } } });
  });

  it('leave no secret readable in any table, nor in the log', async () => {
    const { secret_key: secretKey } = await iam.createAccount('secretive');
    const { token_value: token } = await iam.logIn('secretive');
    await expect(iam.logIn('secretive', 'wrong password 1')).rejects.toMatchObject({ kind: 'unauthenticated' });
    const tables = await iam.sql<{ name: string }>(
      "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema IN ('iam', 'bus') AND table_type = 'BASE TABLE'",
    );
    const rows = await Promise.all(tables.map(({ name }) => iam.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)));
    const everything = rows.flat().map(({ row }) => row).join('\n');
    // Rows are there to be searched, and bytes are searched in the form PostgreSQL shows them in.
    expect(everything).toContain('secretive');
    for (const secret of [PASSWORD, secretKey, token, 'wrong password 1']) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(Buffer.from(secret).toString('hex'));
      expect(everything).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
      expect(iam.log).not.toContain(secret);
    }
    const [events] = await iam.sql<{ text: string }>(`SELECT string_agg(payload::text, '') AS text FROM iam.events`);
    expect(events?.text).not.toContain('argon2id');
  });
});
