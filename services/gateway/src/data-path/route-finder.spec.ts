import type { Route } from '@windlass/contracts/registry/v1/catalog';
import { RouteFinder } from './route-finder.js';
import { RouteTable } from './route-table.js';
import { GROUP, makeRoute } from './testing/route.js';

const addressOf = (groupId: string, path = '/') => ({ groupId, path, prefix: '' });

/** A registry whose answers are given one by one. */
class Registry {
  readonly asked: string[] = [];
  private readonly answers: ((routes: readonly Route[] | Error) => void)[] = [];

  readonly fetch = (groupId: string): Promise<readonly Route[]> => {
    this.asked.push(groupId);
    return new Promise((resolve, reject) => {
      this.answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  };

  answer(answer: readonly Route[] | Error): void {
    this.answers.shift()?.(answer);
  }
}

function setUp() {
  const registry = new Registry();
  const table = new RouteTable();
  let now = 1_000_000;
  const finder = new RouteFinder(table, registry.fetch, () => now);
  return { registry, table, finder, pass: (ms: number) => (now += ms) };
}

describe('finding a route', () => {
  it('asks nobody when the table has it', () => {
    const { registry, table, finder } = setUp();
    const route = makeRoute();
    table.apply({ routeId: route.route_id, groupId: GROUP, revision: 1, route });
    expect(finder.find(addressOf(GROUP), 'GET')).toBe(route);
    expect(registry.asked).toEqual([]);
  });

  it('asks the registry once for all who wait for the same group, and remembers the answer', async () => {
    const { registry, finder } = setUp();
    const waiting = Promise.all([finder.find(addressOf(GROUP), 'GET'), finder.find(addressOf(GROUP), 'GET')]);
    registry.answer([makeRoute()]);
    expect((await waiting).map((route) => route.route_id)).toEqual(['route-1', 'route-1']);
    expect((await finder.find(addressOf(GROUP), 'POST')).route_id).toBe('route-1');
    expect(registry.asked).toEqual([GROUP]);
  });

  it('asks about an unknown group once a second', async () => {
    const { registry, finder, pass } = setUp();
    const first = finder.find(addressOf(GROUP), 'GET');
    registry.answer([]);
    await expect(first).rejects.toMatchObject({ status: 404, code: 'APIG.0101' });
    await expect(finder.find(addressOf(GROUP), 'GET')).rejects.toMatchObject({ status: 404 });
    pass(999);
    await expect(finder.find(addressOf(GROUP), 'GET')).rejects.toMatchObject({ status: 404 });
    expect(registry.asked).toHaveLength(1);
    pass(1);
    const later = finder.find(addressOf(GROUP), 'GET');
    registry.answer([makeRoute()]);
    expect((await later).route_id).toBe('route-1');
  });

  it('asks about a known group when none of its routes matches', async () => {
    const { registry, table, finder } = setUp();
    const route = makeRoute({ path: '/old' });
    table.apply({ routeId: route.route_id, groupId: GROUP, revision: route.revision, route });
    const found = finder.find(addressOf(GROUP, '/new'), 'GET');
    registry.answer([route, makeRoute({ route_id: 'route-2', path: '/new' })]);
    expect((await found).route_id).toBe('route-2');
  });

  it('does not let the registry\'s answer undo a newer event', async () => {
    const { registry, table, finder } = setUp();
    const found = finder.find(addressOf(GROUP), 'GET');
    table.apply({ routeId: 'route-1', groupId: GROUP, revision: 9, route: undefined });
    registry.answer([makeRoute({ revision: 8 })]);
    await expect(found).rejects.toMatchObject({ status: 404 });
  });

  it('keeps a flood of invented groups away from the registry, and says so at once', async () => {
    const { registry, finder } = setUp();
    const groups = Array.from({ length: 100 }, (_, index) => index.toString(16).padStart(32, '0'));
    const outcomes = groups.map((group) => Promise.resolve(finder.find(addressOf(group), 'GET')).catch((error: { status: number }) => error.status));
    expect(registry.asked).toHaveLength(8);
    expect(await Promise.all(outcomes.slice(8))).toEqual(new Array(92).fill(503));
    for (let count = 0; count < 8; count += 1) registry.answer([]);
    expect(await Promise.all(outcomes.slice(0, 8))).toEqual(new Array(8).fill(404));
  });

  it('says that it cannot tell when the registry fails, and asks again', async () => {
    const { registry, finder } = setUp();
    const first = finder.find(addressOf(GROUP), 'GET');
    registry.answer(new Error('down'));
    await expect(first).rejects.toMatchObject({ status: 503 });
    const second = finder.find(addressOf(GROUP), 'GET');
    registry.answer([makeRoute()]);
    expect((await second).route_id).toBe('route-1');
  });
});
