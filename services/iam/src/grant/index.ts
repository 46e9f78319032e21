export { grant, GRANT_STREAMS } from './grant.decider.js';
export { GrantRow, projectGrant } from './grant.entity.js';
export { scopeId, type Grant, type GrantScope, type GrantSubject } from './grant.js';
export { grantsFor } from './grants-for.js';
export { removeGrantsOf } from './remove-grants-of.js';
export { countGrants } from './count-grants.js';
