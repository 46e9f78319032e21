export type { ErrorFamily, Operation, OperationAccess } from './operation.js';
export { fillTemplate } from './path-template.js';
export { readOperations } from './read-operations.js';
export { RouteTable, type Route } from './route-table.js';
export { requireStorableText } from './storable-text.js';
