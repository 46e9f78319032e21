import type { Route } from '@windlass/contracts/registry/v1/catalog';
import fc from 'fast-check';
import { RouteTable } from './route-table.js';
import { GROUP, makeRoute } from './testing/route.js';

function tableOf(...routes: Partial<Route>[]): RouteTable {
  const table = new RouteTable();
  routes.forEach((differences, index) => {
    const route = makeRoute({ route_id: `route-${index}`, func_id: `func-${index}`, ...differences });
    table.apply({ routeId: route.route_id, groupId: route.group_id, revision: route.revision, route });
  });
  return table;
}

const matched = (table: RouteTable, method: string, path: string): string | undefined => table.match(GROUP, method, path)?.func_id;

describe('a route matches', () => {
  it.each([
    ['NORMAL', '/a', '/a', true],
    ['NORMAL', '/a', '/a/', false],
    ['NORMAL', '/a', '/a/b', false],
    ['SWA', '/a', '/a', true],
    ['SWA', '/a', '/a/', true],
    ['SWA', '/a', '/a/b', true],
    ['SWA', '/a', '/ab', false],
    ['SWA', '/a/', '/a/b', true],
    ['SWA', '/a/', '/a', false],
    ['SWA', '/', '/anything/at/all', true],
    ['SWA', '/a', '/%61', false],
    ['SWA', '/a', '/A', false],
  ])('%s %s %s: %s', (match_mode, path, requested, expected) => {
    expect(matched(tableOf({ match_mode, path }), 'GET', requested) !== undefined).toBe(expected);
  });

  it.each([
    ['ANY', 'PATCH', true],
    ['GET', 'GET', true],
    ['GET', 'HEAD', true],
    ['GET', 'POST', false],
    ['POST', 'HEAD', false],
    ['HEAD', 'HEAD', true],
  ])('the method %s for %s: %s', (method, requested, expected) => {
    expect(matched(tableOf({ method }), requested, '/') !== undefined).toBe(expected);
  });
});

describe('among several routes', () => {
  it('the longest path wins', () => {
    const table = tableOf({ path: '/' }, { path: '/a/b' }, { path: '/a' });
    expect([matched(table, 'GET', '/a/b/c'), matched(table, 'GET', '/a/c'), matched(table, 'GET', '/c')]).toEqual(['func-1', 'func-2', 'func-0']);
  });

  it('an exact path wins over the same prefix', () => {
    const table = tableOf({ path: '/a', match_mode: 'SWA' }, { path: '/a', match_mode: 'NORMAL' });
    expect([matched(table, 'GET', '/a'), matched(table, 'GET', '/a/b')]).toEqual(['func-1', 'func-0']);
  });

  it('a named method wins over ANY, and HEAD over GET', () => {
    const table = tableOf({ method: 'ANY' }, { method: 'GET' }, { method: 'HEAD' });
    expect([matched(table, 'HEAD', '/'), matched(table, 'GET', '/'), matched(table, 'PUT', '/')]).toEqual(['func-2', 'func-1', 'func-0']);
  });

  it('a shorter path serves the methods that the longer one does not', () => {
    const table = tableOf({ path: '/a', method: 'GET' }, { path: '/', method: 'ANY' });
    expect(matched(table, 'POST', '/a')).toBe('func-1');
  });

  it('the choice does not depend on the order in which they came', () => {
    const twins = [{ route_id: 'a', func_id: 'func-a' }, { route_id: 'b', func_id: 'func-b' }];
    expect(matched(tableOf(...twins), 'GET', '/')).toBe(matched(tableOf(...[...twins].reverse()), 'GET', '/'));
  });

  it('a group has no part in another one', () => {
    const table = tableOf({ group_id: 'f'.repeat(32) });
    expect(matched(table, 'GET', '/')).toBeUndefined();
  });
});

describe('news about a route', () => {
  const put = (revision: number, differences: Partial<Route> = {}) => {
    const route = makeRoute({ revision, ...differences });
    return { routeId: route.route_id, groupId: route.group_id, revision, route };
  };
  const removal = (revision: number) => ({ routeId: 'route-1', groupId: GROUP, revision, route: undefined });

  it('replaces what was known, also when the route moves to another group', () => {
    const table = new RouteTable();
    table.apply(put(1));
    expect(table.apply(put(2, { path: '/new', match_mode: 'NORMAL' }))).toBe(true);
    expect([table.match(GROUP, 'GET', '/new')?.revision, table.match(GROUP, 'GET', '/')]).toEqual([2, undefined]);
    table.apply(put(3, { group_id: 'f'.repeat(32) }));
    expect([table.match(GROUP, 'GET', '/new'), table.match('f'.repeat(32), 'GET', '/')?.revision, table.size]).toEqual([undefined, 3, 1]);
  });

  it('of the same or a smaller revision changes nothing', () => {
    const table = new RouteTable();
    table.apply(put(2));
    expect([table.apply(put(2, { func_id: 'other' })), table.apply(removal(1)), table.apply(put(1, { func_id: 'other' }))]).toEqual([false, false, false]);
    expect(table.match(GROUP, 'GET', '/')?.func_id).toBe('func-1');
  });

  it('cannot bring a removed route back when it is late', () => {
    const table = new RouteTable();
    table.apply(removal(5));
    expect(table.apply(put(4))).toBe(false);
    expect([table.match(GROUP, 'GET', '/'), table.size]).toEqual([undefined, 0]);
  });

  it('leads to the same table in whatever order and however often it comes', () => {
    const change = fc.record({ route: fc.integer({ min: 0, max: 2 }), revision: fc.integer({ min: 1, max: 5 }) }).map(({ route, revision }) => {
      const made = makeRoute({ route_id: `route-${route}`, path: `/r${route}`, func_id: `func-${route}-${revision}`, revision });
      // The revision decides what happened, as in history.
      return { routeId: made.route_id, groupId: GROUP, revision, route: revision % 3 === 0 ? undefined : made };
    });
    const view = (table: RouteTable): unknown => [0, 1, 2].map((route) => table.match(GROUP, 'GET', `/r${route}`)?.func_id);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (changes, keys) => {
        const inOrder = new RouteTable();
        for (const each of changes) inOrder.apply(each);
        const shuffled = changes.map((each, index) => ({ each, key: keys[index] ?? 0 })).sort((a, b) => a.key - b.key);
        const twice = new RouteTable();
        for (const { each } of [...shuffled, ...shuffled]) twice.apply(each);
        expect(view(twice)).toEqual(view(inOrder));
      }),
    );
  });
});
