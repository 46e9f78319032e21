import { AccountCopy, type AccountStanding } from '@windlass/accounts';
import { Route } from '@windlass/contracts/registry/v1/catalog';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { KnownRoutes, openDatabase as openGatewayDatabase, type RouteChange } from '@windlass/gateway/simulation';
import { Scheduler, SeededRandom } from '@windlass/simulation';
import { KnownFunctions, openDatabase as openWorkerDatabase, type KnownRevision } from '@windlass/worker/simulation';
import type { DataSource } from 'typeorm';
import { newerAccount, newerFunction, newerRoute, SimulatedTable } from './copies.js';

const CHANGES = 300;

describe('the simulated tables take in and leave out exactly what those in PostgreSQL do', () => {
  const random = new SeededRandom(1);
  const scheduler = new Scheduler(random);
  let postgres: TemporaryPostgres;
  let worker: DataSource;
  let gateway: DataSource;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    const url = postgres.connectionString(postgres.database);
    [worker, gateway] = [await openWorkerDatabase(url), await openGatewayDatabase(url)];
  });
  afterAll(async () => {
    await worker?.destroy();
    await gateway?.destroy();
    await postgres?.stop();
  });

  /** Changes of a few things, in any order of their revisions, many of them repeated. */
  const someOf = <R>(make: () => R): R[] => Array.from({ length: CHANGES }, make);
  const sorted = <R>(rows: readonly R[]): string[] => rows.map((row) => JSON.stringify(row, Object.keys(row as object).sort())).sort();

  it('of accounts, and say which were taken in', async () => {
    const table = new SimulatedTable<AccountStanding>(scheduler, ({ domainId }) => domainId, newerAccount, () => undefined);
    const copy = new AccountCopy('worker');
    for (const standing of someOf((): AccountStanding => ({ domainId: random.pick(['a', 'b', 'c']), status: random.pick(['active', 'suspended']), quotas: { user: random.below(9) }, isolation: random.pick(['standard', 'strong']), revision: random.below(9) }))) {
      expect(await copy.keep(worker.manager, [standing])).toEqual(table.apply([standing]));
    }
    const kept = (await copy.all(worker.manager)).map(({ domainId, status, quotas, isolation, revision }) => ({ domainId, status, user: quotas.user, isolation, revision }));
    expect(sorted(kept)).toEqual(sorted(table.all().map(({ domainId, status, quotas, isolation, revision }) => ({ domainId, status, user: quotas.user, isolation, revision }))));
  });

  it('of functions', async () => {
    const table = new SimulatedTable<KnownRevision>(scheduler, ({ functionId, version }) => `${functionId}:${version}`, newerFunction, () => undefined);
    const kept = new KnownFunctions(worker);
    for (const change of someOf(() => ({ functionId: random.pick(['f', 'g']), version: random.pick(['', 'latest', 'v1']), revision: random.below(9), removed: random.chance(0.4), reserved: random.below(3), domainId: 'd' }))) {
      await kept.keep([change]);
      table.apply([change]);
    }
    const plain = ({ functionId, version, revision, removed, reserved }: KnownRevision) => ({ functionId, version, revision, removed, reserved });
    expect(sorted((await kept.all()).map(plain))).toEqual(sorted(table.all().map(plain)));
  });

  it('of routes', async () => {
    const table = new SimulatedTable<RouteChange>(scheduler, ({ routeId }) => routeId, newerRoute, () => undefined);
    const kept = new KnownRoutes(gateway);
    for (const change of someOf((): RouteChange => {
      const [routeId, revision] = [random.pick(['r', 's', 't']), random.below(9)];
      return { routeId, groupId: 'g', revision, route: random.chance(0.3) ? undefined : Route.fromPartial({ route_id: routeId, path: `/${random.below(9)}`, revision }) };
    })) {
      await kept.keep([change]);
      table.apply([change]);
    }
    const plain = ({ routeId, groupId, revision, route }: RouteChange) => ({ routeId, groupId, revision, path: route?.path ?? 'removed' });
    expect(sorted((await kept.all()).map(plain))).toEqual(sorted(table.all().map(plain)));
  });
});
