import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { FailedOutcome } from '../invocation/outcome.js';
import { keysOf } from '../sealed/keys-of.js';
import type { KeyProblem, KeyStates } from './key-states.js';

const WHY: Readonly<Record<KeyProblem, string>> = {
  disabled: 'is disabled. Enable it to use it. (KMS.0209)',
  pending_import: 'has no material. Import it to use it. (KMS.0311)',
  pending_deletion: 'is to be deleted. Cancel its deletion and enable it to use it. (KMS.0210)',
  deleted: 'is deleted, and with it what lies under it: upload the code, or give the environment, under another key. (KMS.0207)',
};

/** What a request is told for which nothing can be started, as one of the function's keys cannot be used. */
export function unstartable(states: KeyStates, spec: FunctionSpec): FailedOutcome | undefined {
  const keys = keysOf(spec);
  const found = keys.length === 0 ? undefined : states.problemOf(keys);
  return found && revoked(found.keyId, found.problem);
}

export function revoked(keyId: string, problem: KeyProblem): FailedOutcome {
  return { kind: 'KEY_UNUSABLE', detail: `The key ${keyId} that it lies under ${WHY[problem]}` };
}
