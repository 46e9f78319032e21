export { effectivePolicyOf, type EffectivePolicy, type PolicyHolder } from './effective-policy.js';
export { statementsOf, type GrantedStatement } from './scoped-grant.js';
