import type { Route } from '@windlass/contracts/registry/v1/catalog';

/** What is known of one route: the newest definition, or that it was removed. */
export interface RouteChange {
  readonly routeId: string;
  readonly groupId: string;
  readonly revision: number;
  /** Undefined: the route was removed. The change stays known, so that older news cannot bring the route back. */
  readonly route: Route | undefined;
}

/** All routes, in memory. A change with a revision that is not newer than what is known changes nothing. */
export class RouteTable {
  private readonly changes = new Map<string, RouteChange>();
  /** The routes of a group in the order in which they are tried. */
  private readonly groups = new Map<string, readonly Route[]>();

  /** Routes that are not removed. */
  get size(): number {
    let size = 0;
    for (const routes of this.groups.values()) size += routes.length;
    return size;
  }

  /** True when it was news. */
  apply(change: RouteChange): boolean {
    const known = this.changes.get(change.routeId);
    if (known !== undefined && known.revision >= change.revision) return false;
    this.changes.set(change.routeId, change);
    if (known !== undefined) this.take(known.groupId, change.routeId);
    if (change.route !== undefined) this.put(change.route);
    return true;
  }

  match(groupId: string, method: string, path: string): Route | undefined {
    return this.groups.get(groupId)?.find((route) => matchesMethod(route, method) && matchesPath(route, path));
  }

  private put(route: Route): void {
    const routes = [...(this.groups.get(route.group_id) ?? []), route];
    this.groups.set(route.group_id, routes.sort(byPrecedence));
  }

  private take(groupId: string, routeId: string): void {
    const rest = (this.groups.get(groupId) ?? []).filter((route) => route.route_id !== routeId);
    if (rest.length === 0) this.groups.delete(groupId);
    else this.groups.set(groupId, rest);
  }
}

/** The longest path first, an exact one before a prefix, a named method before ANY, and then always the same way. */
function byPrecedence(a: Route, b: Route): number {
  return (
    b.path.length - a.path.length ||
    Number(isPrefix(a)) - Number(isPrefix(b)) ||
    methodBreadth(a) - methodBreadth(b) ||
    (a.route_id < b.route_id ? -1 : 1)
  );
}

function isPrefix(route: Route): boolean {
  return route.match_mode === 'SWA';
}

// HEAD is also answered by GET, so a route of its own comes first.
function methodBreadth(route: Route): number {
  if (route.method === 'ANY') return 2;
  return route.method === 'GET' ? 1 : 0;
}

function matchesMethod(route: Route, method: string): boolean {
  return route.method === 'ANY' || route.method === method || (route.method === 'GET' && method === 'HEAD');
}

/** A prefix ends where a segment ends: "/a" covers "/a" and "/a/b", not "/ab". Paths are compared as they came, not decoded. */
function matchesPath(route: Route, path: string): boolean {
  if (path === route.path) return true;
  if (!isPrefix(route) || !path.startsWith(route.path)) return false;
  return route.path.endsWith('/') || path[route.path.length] === '/';
}
