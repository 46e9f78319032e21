import type { Route } from '@windlass/contracts/registry/v1/catalog';
import { RouteEvent } from '@windlass/contracts/registry/v1/registry_events';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { PostgresEventBus, type BusMessage } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import type { DataSource } from 'typeorm';
import { RouteTable } from '../data-path/index.js';
import { GROUP, makeRoute } from '../data-path/testing/route.js';
import { eventually } from '../testing/eventually.js';
import { followRouteEvents, KnownRoutes, openDatabase, rebuildRoutes } from './index.js';

const logger = createLogger('gateway-test', { level: 'silent' });
let sequence = 0;

function message(event: RouteEvent['change']): BusMessage {
  sequence += 1;
  return { topic: 'registry.routes', key: GROUP, id: `message-${sequence}`, payload: RouteEvent.encode({ change: event }).finish() };
}
const put = (differences: Partial<Route>): BusMessage => message({ $case: 'put', value: makeRoute(differences) });
const removed = (route_id: string, revision: number): BusMessage => message({ $case: 'removed', value: { route_id, group_id: GROUP, revision } });

describe('the routes of the registry', () => {
  let postgres: TemporaryPostgres;
  let dataSource: DataSource;
  let bus: PostgresEventBus;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    dataSource = await openDatabase(postgres.connectionString(postgres.database));
    bus = await PostgresEventBus.open({ connectionString: postgres.connectionString(postgres.database), logger });
  });

  afterAll(async () => {
    await bus?.close();
    await dataSource?.destroy();
    await postgres?.stop();
  });

  /** A gateway's table that follows the bus until it is stopped. */
  async function follow(gatewayId: string) {
    const table = new RouteTable();
    const following = await followRouteEvents({ bus, gatewayId, table, kept: new KnownRoutes(dataSource) });
    return { table, stop: () => following.stop() };
  }
  const functionAt = (table: RouteTable, path: string): string | undefined => table.match(GROUP, 'GET', path)?.func_id;

  it('arrive in the table, change, and go', async () => {
    const { table, stop } = await follow('one');
    await bus.publish([put({ route_id: 'a', path: '/a', func_id: 'first', revision: 1 })]);
    await eventually(() => expect(functionAt(table, '/a')).toBe('first'));
    await bus.publish([put({ route_id: 'a', path: '/a', func_id: 'second', revision: 2 })]);
    await eventually(() => expect(functionAt(table, '/a')).toBe('second'));
    await bus.publish([removed('a', 3)]);
    await eventually(() => expect(functionAt(table, '/a')).toBeUndefined());
    await stop();
  });

  it('are not undone by messages that come twice or late', async () => {
    const { table, stop } = await follow('one');
    const first = put({ route_id: 'b', path: '/b', func_id: 'first', revision: 1 });
    const second = put({ route_id: 'b', path: '/b', func_id: 'second', revision: 2 });
    await bus.publish([first, second, second, first, removed('c', 5), put({ route_id: 'c', path: '/c', revision: 4 })]);
    await bus.publish([put({ route_id: 'last', path: '/last', func_id: 'last', revision: 1 })]);
    await eventually(() => expect(functionAt(table, '/last')).toBe('last'));
    expect([functionAt(table, '/b'), functionAt(table, '/c')]).toEqual(['second', undefined]);
    await stop();
  });

  it('are there again after a restart, before any event is heard, and so are removals', async () => {
    const kept = await new KnownRoutes(dataSource).all();
    const table = new RouteTable();
    for (const change of kept) table.apply(change);
    expect([functionAt(table, '/b'), functionAt(table, '/last'), table.size]).toEqual(['second', 'last', 2]);
    expect(kept.find(({ routeId }) => routeId === 'b')?.route).toEqual(makeRoute({ route_id: 'b', path: '/b', func_id: 'second', revision: 2 }));
    expect(table.apply({ routeId: 'c', groupId: GROUP, revision: 4, route: makeRoute({ route_id: 'c' }) })).toBe(false);
  });

  it('reach every gateway', async () => {
    const [one, two] = [await follow('one'), await follow('two')];
    await bus.publish([put({ route_id: 'd', path: '/d', func_id: 'both', revision: 1 })]);
    await eventually(() => expect([functionAt(one.table, '/d'), functionAt(two.table, '/d')]).toEqual(['both', 'both']));
    await Promise.all([one.stop(), two.stop()]);
  });

  it('are the same, byte for byte, when they are made anew from all that was published', async () => {
    // All but when a row was last written.
    const rows = async () => (await dataSource.query<{ text: string }[]>(`SELECT (route_id, group_id, revision, definition)::text AS text FROM gateway.routes ORDER BY route_id`)).map(({ text }) => text);
    const live = await rows();
    expect(live).toHaveLength(5);
    await dataSource.query(`UPDATE gateway.routes SET definition = NULL`);
    await rebuildRoutes({ bus, gatewayId: 'one', kept: new KnownRoutes(dataSource) });
    expect(await rows()).toEqual(live);
  });

  it('leave no removals behind that are older than any late message', async () => {
    await dataSource.query(`UPDATE gateway.routes SET changed_at = now() - interval '31 days'`);
    await new KnownRoutes(dataSource).forgetOldRemovals();
    const left = (await new KnownRoutes(dataSource).all()).map(({ routeId }) => routeId).sort();
    expect(left).toEqual(['b', 'd', 'last']);
  });
});
