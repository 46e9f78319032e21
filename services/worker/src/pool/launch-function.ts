import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { Logger } from '@windlass/telemetry';
import type { CodeLease, LayeredCode } from '../code/index.js';
import { instanceEnvironment } from '../environment.js';
import { sandboxPath, startInstance, type Instance, type InstanceHost, type InstanceSpec, type IsolationClass } from '../instance/index.js';
import { InvocationError, type FailedOutcome } from '../invocation/outcome.js';
import { keysOf, SealedCodeProblem, type SealedCodePackages, type UnlockFunction } from '../sealed/index.js';
import type { Launch } from './function-pool.js';

/** A specification as an instance is started with, and its code. */
interface Startable {
  readonly spec: FunctionSpec;
  readonly lease: CodeLease;
}

/** How instances are made here: code from the cache, the documented environment, a sandbox of this machine. */
export function launchFunction(options: {
  readonly host: InstanceHost;
  readonly code: LayeredCode;
  /** Code and environments under customers' keys. */
  readonly sealedCode: SealedCodePackages;
  readonly unlock: UnlockFunction;
  readonly runtimesDirectory: string;
  /** Largest answer of a function that streams. */
  readonly maxStreamedBytes: number;
  /** What the account of a function demands. */
  readonly isolationOf: (domainId: string) => IsolationClass;
  readonly logger: Logger;
}): Launch {
  const { host, runtimesDirectory, maxStreamedBytes, isolationOf } = options;
  return async (known, instanceId, { onOutput, signal }) => {
    const { spec, lease } = await startable(known, options);
    let instance: Instance;
    try {
      instance = await startInstance(
        {
          instanceId,
          tenant: spec.domain_id,
          codeDirectory: lease.directory,
          memoryMb: spec.memory_mb,
          cpuMillicores: spec.cpu_millicores,
          ephemeralStorageMb: spec.ephemeral_storage_mb,
          startTimeoutMs: spec.start_timeout_seconds * 1_000,
          environment: instanceEnvironment(spec, sandboxPath, maxStreamedBytes),
          publicAccess: spec.public_access,
          isolation: spec.strong_isolation ? 'strong' : isolationOf(spec.domain_id),
          isolationDemandedBy: spec.strong_isolation ? 'function' : 'account',
          runtimesDirectory,
          ...lifecycleOf(spec),
        },
        host,
        { onOutput, signal },
      );
    } catch (error) {
      lease.release();
      throw error;
    }
    void instance.exited.then(() => lease.release());
    return instance;
  };
}

function lifecycleOf({ initializer_path: initializerPath, pre_stop_path: path, pre_stop_timeout_seconds: seconds }: FunctionSpec): Pick<InstanceSpec, 'initializerPath' | 'preStop'> {
  return { ...(initializerPath !== '' && { initializerPath }), ...(path !== '' && { preStop: { path, timeoutMs: seconds * 1_000 } }) };
}

async function startable(spec: FunctionSpec, options: Parameters<typeof launchFunction>[0]): Promise<Startable> {
  const { code, sealedCode, unlock, logger } = options;
  if (keysOf(spec).length === 0) return { spec, lease: await holdCode(code, spec, logger) };
  const { code_key, has_environment, environment, user_data } = await unlock(spec);
  try {
    const lease = spec.code_key_id === '' ? await holdCode(code, spec, logger) : await holdSealed(sealedCode, spec, code_key, logger);
    return { spec: has_environment ? { ...spec, environment, user_data } : spec, lease };
  } finally {
    code_key.fill(0);
  }
}

async function holdSealed(packages: SealedCodePackages, spec: FunctionSpec, dataKey: Uint8Array, logger: Logger): Promise<CodeLease> {
  try {
    return await packages.hold(spec, dataKey);
  } catch (error) {
    logger.error({ err: error, digest: spec.stored_code_digest }, 'an encrypted code package is not to be had');
    throw new InvocationError(error instanceof SealedCodeProblem ? outcomeOf(error, packages) : { kind: 'CODE_UNAVAILABLE' });
  }
}

function outcomeOf({ kind, message }: SealedCodeProblem, { limitMb }: SealedCodePackages): FailedOutcome {
  switch (kind) {
    case 'altered':
      return { kind: 'SEAL_BROKEN' };
    case 'no-memory-folder':
      return { kind: 'CODE_MEMORY_MISSING', missing: message };
    case 'memory-full':
      return { kind: 'CODE_MEMORY_FULL', limitMb };
    default:
      return kind satisfies never;
  }
}

async function holdCode(code: LayeredCode, { code_digest: digest, layers }: FunctionSpec, logger: Logger): Promise<CodeLease> {
  try {
    return await code.hold(digest, layers.map((layer) => layer.digest));
  } catch (error) {
    logger.error({ err: error, digest, layers }, 'a code package is not to be had');
    throw new InvocationError({ kind: 'CODE_UNAVAILABLE' });
  }
}
