export { chooseVersion, isExtraTurn, type AliasTargets, type RequestFields, type RoutingRule, type Share } from './choose-version.js';
