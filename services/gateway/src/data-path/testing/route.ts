import { Route } from '@windlass/contracts/registry/v1/catalog';

export const GROUP = '0123456789abcdef0123456789abcdef';
export const DOMAIN = 'owner-domain';

/** An open ANY route over everything of the group, but for what is said. */
export function makeRoute(differences: Partial<Route> = {}): Route {
  return {
    route_id: 'route-1',
    group_id: GROUP,
    domain_id: DOMAIN,
    project_id: 'project-1',
    path: '/',
    match_mode: 'SWA',
    method: 'ANY',
    auth: 'NONE',
    timeout_ms: 0,
    func_id: 'func-1',
    func_urn: 'urn:fss:local:project-1:function:default:hello:latest',
    func_version: 'latest',
    revision: 7,
    disabled: false,
    ...differences,
  };
}
