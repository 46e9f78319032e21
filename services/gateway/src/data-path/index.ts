// The data path: moves bytes between clients and workers. It knows no framework, no database and no broker; what it needs of
// them comes in through IngressOptions.
export { Ingress, type IngressOptions } from './ingress.js';
export { DEFAULT_LIMITS, type IngressLimits } from './limits.js';
export { RouteTable, type RouteChange } from './route-table.js';
export { type FetchGroupRoutes } from './route-finder.js';
export { type AuthenticatedCaller, type CallerAuthenticator, type SignedRequest } from './gatekeeper.js';
