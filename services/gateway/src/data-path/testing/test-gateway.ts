import type { Route } from '@windlass/contracts/registry/v1/catalog';
import { createLogger } from '@windlass/telemetry';
import { Ingress, type IngressOptions } from '../ingress.js';
import { RouteTable } from '../route-table.js';
import { makeRoute } from './route.js';

export interface TestGateway {
  readonly ingress: Ingress;
  readonly routes: RouteTable;
  readonly port: number;
}

/** An ingress on a free port, with one open route over everything unless other routes are given. */
export async function startTestGateway(
  options: Partial<IngressOptions> & { readonly workerSockets: readonly string[]; readonly known?: readonly Route[] },
): Promise<TestGateway> {
  const routes = new RouteTable();
  for (const route of options.known ?? [makeRoute()]) {
    routes.apply({ routeId: route.route_id, groupId: route.group_id, revision: route.revision, route });
  }
  const refuse = (): Promise<never> => Promise.reject(new Error('nobody authenticates here'));
  const ingress = await Ingress.listen({
    host: '127.0.0.1',
    port: 0,
    routes,
    fetchGroupRoutes: () => Promise.resolve([]),
    accounts: { statusOf: () => 'active' },
    authenticator: { byToken: refuse, bySignature: refuse },
    logger: createLogger('gateway-test', { level: 'silent' }),
    ...options,
  });
  return { ingress, routes, port: ingress.port };
}
