import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { Logger } from '@windlass/telemetry';
import type { CodeLease, LayeredCode } from '../code/index.js';
import { instanceEnvironment } from '../environment.js';
import { sandboxPath, startInstance, type Instance, type InstanceHost, type InstanceSpec, type IsolationClass } from '../instance/index.js';
import { InvocationError } from '../invocation/outcome.js';
import type { Launch } from './function-pool.js';

/** How instances are made here: code from the cache, the documented environment, a sandbox of this machine. */
export function launchFunction(options: {
  readonly host: InstanceHost;
  readonly code: LayeredCode;
  readonly runtimesDirectory: string;
  /** Largest answer of a function that streams. */
  readonly maxStreamedBytes: number;
  /** What the account of a function demands. */
  readonly isolationOf: (domainId: string) => IsolationClass;
  readonly logger: Logger;
}): Launch {
  const { host, code, runtimesDirectory, maxStreamedBytes, isolationOf, logger } = options;
  return async (spec, instanceId, { onOutput, signal }) => {
    const lease = await holdCode(code, spec, logger);
    let instance: Instance;
    try {
      instance = await startInstance(
        {
          instanceId,
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

async function holdCode(code: LayeredCode, { code_digest: digest, layers }: FunctionSpec, logger: Logger): Promise<CodeLease> {
  try {
    return await code.hold(digest, layers.map((layer) => layer.digest));
  } catch (error) {
    logger.error({ err: error, digest, layers }, 'a code package is not to be had');
    throw new InvocationError({ kind: 'CODE_UNAVAILABLE' });
  }
}
