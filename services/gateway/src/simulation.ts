// What the simulation of the platform (deploy/simulation) runs of this service.
export { RouteTable, type RouteChange } from './data-path/index.js';
export { followRouteEvents, KnownRoutes, openDatabase } from './route/index.js';
