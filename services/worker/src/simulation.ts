// What the simulation of the platform (deploy/simulation) runs of this service.
export { AliasCatalog, FunctionCatalog, followFunctionEvents, KnownFunctions, openDatabase, ReservedFunctions, VersionFinder } from './catalog/index.js';
export type { KnownRevision } from './catalog/function-catalog.js';
