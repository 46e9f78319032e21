export { AliasCatalog, type FetchAlias } from './alias-catalog.js';
export { FunctionCatalog, type FetchSpec } from './function-catalog.js';
export { followFunctionEvents, rebuildFunctions } from './follow-function-events.js';
export { KnownFunctions } from './known-functions.js';
export { openDatabase } from './open-database.js';
export { ReservedFunctions } from './reserved-functions.js';
export { VersionFinder } from './version-finder.js';
