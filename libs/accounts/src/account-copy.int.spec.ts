import { randomUUID } from 'node:crypto';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { PostgresEventBus } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { DataSource } from 'typeorm';
import { AccountCopy, addAccountIsolation, addAccountRevision, createAccountTable, followAccounts, KnownAccounts, rebuildAccounts } from './index.js';

describe("a service's copy of accounts", () => {
  let postgres: TemporaryPostgres;
  let dataSource: DataSource;
  let bus: PostgresEventBus;
  const copy = new AccountCopy('service', { CMK: 5 });

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    const url = postgres.connectionString(postgres.database);
    dataSource = await new DataSource({ type: 'postgres', url }).initialize();
    const runner = dataSource.createQueryRunner();
    await runner.query('CREATE SCHEMA service');
    await createAccountTable(runner, 'service');
    await addAccountRevision(runner, 'service');
    await addAccountIsolation(runner, 'service');
    await runner.release();
    bus = await PostgresEventBus.open({ connectionString: url, logger: createLogger('test', { level: 'silent' }) });
  });
  afterAll(async () => {
    await bus?.close();
    await dataSource?.destroy();
    await postgres?.stop();
  });

  const say = (domain_id: string, status: string, quotas: Record<string, number> = {}, revision = 0, isolation = 'standard') =>
    bus.publish([{ topic: 'iam.accounts', key: domain_id, id: randomUUID(), payload: AccountEvent.encode({ domain_id, status, quotas, isolation, revision }).finish() }]);
  /** Follows until the account has that status. */
  const hear = (domainId: string, status: string, known = new KnownAccounts()) =>
    new Promise<KnownAccounts>((resolve, reject) => {
      const following = followAccounts({
        bus,
        dataSource,
        copy,
        group: 'service',
        learn: (standing) => {
          known.learn(standing);
          if (standing.domainId === domainId && standing.status === status) void following.then((consumption) => consumption.stop()).then(() => resolve(known), reject);
        },
      });
      following.catch(reject);
    });

  it('has the quota an operator set, else that of the deployment, else the preset', async () => {
    await say('a', 'suspended', { user: 3 });
    await hear('a', 'suspended');
    const quota = (domainId: string, type: 'user' | 'CMK') => copy.quota(dataSource.manager, domainId, type);
    await expect(Promise.all([quota('a', 'user'), quota('a', 'CMK'), quota('b', 'CMK'), quota('b', 'user')])).resolves.toEqual([3, 5, 5, 50]);
  });

  it('tells what it knew before anything new, so that a restart forgets nothing', async () => {
    const known = await hear('a', 'suspended');
    expect([known.statusOf('a'), known.quotaOf('a', 'user')]).toEqual(['suspended', 3]);
  });

  it('is the same, byte for byte, when it is made anew from all that was published', async () => {
    const rows = async () => (await dataSource.query<{ text: string }[]>('SELECT kept::text AS text FROM service.accounts AS kept ORDER BY domain_id')).map(({ text }) => text);
    await say('b', 'active', { CMK: 9, user: 1 });
    await say('b', 'suspended', { user: 1 });
    await hear('b', 'suspended');
    const live = await rows();
    expect(live).toHaveLength(2);
    await dataSource.query(`UPDATE service.accounts SET status = 'closed'`);
    await rebuildAccounts({ bus, dataSource, copy, group: 'service' });
    expect(await rows()).toEqual(live);
  });

  it('follows each change, in order', async () => {
    await say('a', 'active', { user: 4 });
    await say('a', 'closed', { user: 5 });
    await hear('a', 'closed');
    expect(await copy.all(dataSource.manager)).toContainEqual({ domainId: 'a', status: 'closed', quotas: { user: 5 }, isolation: 'standard', revision: 0 });
  });

  it('is not taken back by a message that comes twice or after a newer one, not even in memory', async () => {
    const known = new KnownAccounts();
    await say('c', 'active', {}, 1);
    await say('c', 'suspended', {}, 2);
    await say('c', 'active', {}, 1);
    await say('c', 'suspended', {}, 2);
    const learned: string[] = [];
    const learn = known.learn.bind(known);
    known.learn = (standing) => {
      if (standing.domainId === 'c') learned.push(standing.status);
      learn(standing);
    };
    await say('last', 'closed');
    await hear('last', 'closed', known);
    await hear('c', 'suspended', known);
    expect(learned.slice(0, 2)).toEqual(['active', 'suspended']);
    expect(learned.slice(2)).not.toContain('active');
  });
});
