import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { SealContext } from '@windlass/package-seal';

/** What the registry has bound a package to: the account, the project, the function and the package that was uploaded. */
export function codeContext({ domain_id, project_id, func_id, code_digest: digest }: FunctionSpec): SealContext {
  return { purpose: 'function-code', domain_id, project_id, func_id, digest };
}
