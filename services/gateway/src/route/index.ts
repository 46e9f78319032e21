export { followRouteEvents, rebuildRoutes } from './follow-route-events.js';
export { KnownRoutes } from './known-routes.js';
export { openDatabase } from './open-database.js';
