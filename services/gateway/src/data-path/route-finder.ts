import type { Route } from '@windlass/contracts/registry/v1/catalog';
import type { Address } from './address.js';
import { BoundedMemory } from './bounded-memory.js';
import { refusals } from './refusal.js';
import type { RouteTable } from './route-table.js';

/** Asks the registry for the routes of one group. */
export type FetchGroupRoutes = (groupId: string) => Promise<readonly Route[]>;

const MAX_FETCHES = 8;
const MAX_REMEMBERED_MISSES = 10_000;
const MISS_LASTS_MS = 1_000;

/**
 * Finds the route of a request in the table, and asks the registry when the table has none: a route may be younger than the
 * events that have arrived. Whoever invents addresses cannot flood the registry: a group is asked for once at a time and
 * once a second, a few groups at the same time, and no request waits in line for that.
 */
export class RouteFinder {
  private readonly fetches = new Map<string, Promise<void>>();
  private readonly misses: BoundedMemory<true>;

  constructor(
    private readonly table: RouteTable,
    private readonly fetchGroupRoutes: FetchGroupRoutes,
    private readonly clock: () => number = Date.now,
  ) {
    this.misses = new BoundedMemory(MAX_REMEMBERED_MISSES, clock);
  }

  /** The route, at once when the table has it. Rejects with a Refusal. */
  find(address: Address, method: string): Route | Promise<Route> {
    return this.table.match(address.groupId, method, address.path) ?? this.findInRegistry(address, method);
  }

  private async findInRegistry(address: Address, method: string): Promise<Route> {
    if (this.misses.get(address.groupId) === undefined) await this.fetch(address.groupId);
    const route = this.table.match(address.groupId, method, address.path);
    if (route === undefined) throw refusals.unknownApi();
    return route;
  }

  private fetch(groupId: string): Promise<void> {
    const running = this.fetches.get(groupId);
    if (running !== undefined) return running;
    if (this.fetches.size >= MAX_FETCHES) return Promise.reject(refusals.catalogBusy());
    const fetch = this.fetchGroupRoutes(groupId)
      .then(
        (routes) => this.learn(groupId, routes),
        () => Promise.reject(refusals.catalogDown()),
      )
      .finally(() => this.fetches.delete(groupId));
    this.fetches.set(groupId, fetch);
    return fetch;
  }

  private learn(groupId: string, routes: readonly Route[]): void {
    for (const route of routes) {
      this.table.apply({ routeId: route.route_id, groupId: route.group_id, revision: route.revision, route });
    }
    this.misses.set(groupId, true, this.clock() + MISS_LASTS_MS);
  }
}
