import type { SealContext } from '@windlass/package-seal';
import { versionUrn } from '../function/function-view.js';
import type { FunctionRecord } from '../function/function.state.js';

/** Whose a seal is. */
export type SealOwner = Pick<FunctionRecord, 'funcId' | 'domainId' | 'projectId' | 'region' | 'package' | 'name'>;

const CODE = 'function-code';
const ENVIRONMENT = 'function-environment';

/*
 * What lies encrypted is bound twice. The data key is wrapped by the key service for one function, version and package, which stand in
 * its record of uses; account and project it adds itself. The ciphertext is bound to account, project, function and package once more, so that it
 * opens nowhere else even for who has the data key. A version is published by wrapping the same data key for it.
 */

export function codeKeyContext(owner: SealOwner, version: string, digest: string): SealContext {
  return { purpose: CODE, func_id: owner.funcId, function_urn: versionUrn(owner, version), digest };
}

export function environmentKeyContext(owner: SealOwner, version: string): SealContext {
  return { purpose: ENVIRONMENT, func_id: owner.funcId, function_urn: versionUrn(owner, version) };
}

export function codeContext({ funcId, domainId, projectId }: Pick<SealOwner, 'funcId' | 'domainId' | 'projectId'>, digest: string): SealContext {
  return { purpose: CODE, domain_id: domainId, project_id: projectId, func_id: funcId, digest };
}

/** `variable`: a name in encrypted_user_data; without one it is the text of user_data. */
export function valueContext({ funcId, domainId, projectId }: SealOwner, variable?: string): SealContext {
  return { purpose: ENVIRONMENT, domain_id: domainId, project_id: projectId, func_id: funcId, ...(variable === undefined ? { field: 'user_data' } : { field: 'encrypted_user_data', variable }) };
}
