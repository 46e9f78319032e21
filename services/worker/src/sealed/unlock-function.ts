import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { SealedVersionServiceClient, UnlockVersionResponse } from '@windlass/contracts/registry/v1/sealed_version_service';
import { isWindlassError } from '@windlass/errors';
import type { Remote } from '@windlass/grpc';
import type { Logger } from '@windlass/telemetry';
import { InvocationError, type FailedOutcome } from '../invocation/outcome.js';

/** Opens what a function has under customers' keys, for one start. Rejects with an InvocationError. */
export type UnlockFunction = (spec: FunctionSpec) => Promise<UnlockVersionResponse>;

const UNLOCK_MS = 10_000;

/** Asks the registry, which asks for the agency's permissions and uses the keys each time. */
export function unlockFunction(registry: Pick<Remote<SealedVersionServiceClient>, 'unlockVersion'>, logger: Logger): UnlockFunction {
  return async ({ func_id, version, revision }) => {
    try {
      return await registry.unlockVersion({ func_id, version, revision }, { deadlineMs: UNLOCK_MS });
    } catch (error) {
      logger.warn({ err: error, function: func_id, version }, 'a function could not be unlocked');
      throw new InvocationError(outcomeOf(error));
    }
  };
}

function outcomeOf(error: unknown): FailedOutcome {
  if (!isWindlassError(error)) return { kind: 'CODE_UNAVAILABLE' };
  switch (error.reason) {
    case 'KEY_UNUSABLE':
      return { kind: 'KEY_UNUSABLE', detail: error.message };
    case 'AGENCY_LACKS_ACTIONS':
    case 'AGENCY_INVALID':
    case 'AGENCY_MISSING':
      return { kind: 'KEY_AGENCY_UNUSABLE', detail: error.message };
    case 'SEAL_BROKEN':
      return { kind: 'SEAL_BROKEN' };
    default:
      return { kind: 'CODE_UNAVAILABLE' };
  }
}
