export { GLOBAL_KEYS, type Context } from './condition.js';
export { describeRequest, type Caller, type RequestDescription } from './describe-request.js';
export { evaluate, type Decision, type HeldStatement, type PolicyRequest, type Reason } from './evaluate.js';
export { Glob } from './glob.js';
export { CUSTOM_POLICY, parsePolicy, SYSTEM_POLICY, type ParsedPolicy, type Policy, type PolicyLimits } from './parse-policy.js';
export type { PolicyProblem, PolicyProblemCode } from './policy-problem.js';
export { formatResourceName, parseResourceName, type ResourceName } from './resource.js';
export { evaluateInEnterpriseProject, evaluateScoped, type Place, type Reach, type Scope, type ScopedDecision, type ScopedStatement } from './scope.js';
export type { Effect, Statement } from './statement.js';
