import type { Socket } from 'node:net';
import { checkBootstrap, findMissingRuntime } from '../sandbox/check-bootstrap.js';
import { CODE_ROOT, RUNTIME_ROOT, type Binding } from '../sandbox/sandbox-view.js';
import { LocalInstanceHost, type InstanceHost } from './instance-host.js';
import type { DialOptions, InstanceSpec, StartOptions } from './instance-spec.js';
import type { InstanceExit } from './process-end.js';
import { RunningInstance } from './running-instance.js';
import { StartFailure } from './start-failure.js';

const INSTANCE_ID = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/;

/** One running copy of a function, ready to serve. */
export interface Instance {
  readonly id: string;
  /** Host pid of the sandbox's first process. */
  readonly pid: number;
  /**
   * A new connection to the app's 127.0.0.1:8000, made inside its network namespace. The caller owns the socket.
   * Rejects with a `DialFailure`.
   */
  dial(options?: DialOptions): Promise<Socket>;
  /** Settles once, when the last process is gone and everything is given back. Never rejects. */
  readonly exited: Promise<InstanceExit>;
  /** MiB the app's processes use now (without files in /tmp); 0 when gone. */
  memoryUsedMb(): Promise<number>;
  /** The most MiB they were seen to use; read every 100 ms. */
  readonly memoryPeakMb: number;
  /** Processor time of its processes since the start, in milliseconds; after its end, in all. */
  cpuUsedMs(): number;
  /** Gives `onOutput` what has come of lines that have not ended, since what comes later belongs to another request. */
  endLines(): void;
  /**
   * Holds its processes still, so that they cost no processor time; connections to it stay open. Resolves with true when they are still,
   * with false when it could not be done or `thaw` was called meanwhile.
   */
  freeze(): Promise<boolean>;
  /** Lets a frozen instance go on, before it returns. One that is not frozen is not touched. `stop` needs no thaw before it. */
  thaw(): void;
  /**
   * SIGTERM to the app, `graceMs` later SIGKILL to all its processes; with a pre-stop, first the call of that, unless there is no grace at all:
   * for its own time, or for `mostPreStopMs` where that is less. Resolves when `exited` has. May be called again.
   */
  stop(graceMs: number, mostPreStopMs?: number): Promise<void>;
}

/** Resolves when 127.0.0.1:8000 accepts a connection; rejects with a `StartFailure`, having undone everything. */
export async function startInstance(spec: InstanceSpec, host: InstanceHost, options: StartOptions = {}): Promise<Instance> {
  if (!(host instanceof LocalInstanceHost)) throw new TypeError('The host must come from createInstanceHost.');
  if (!INSTANCE_ID.test(spec.instanceId)) throw new TypeError(`Not an instance id: ${JSON.stringify(spec.instanceId)}`);
  if (host.isClosed || options.signal?.aborted) throw new StartFailure({ reason: 'ABORTED' });

  const missing = spec.isolation === 'strong' ? host.whyNotStrong : undefined;
  if (missing !== undefined) throw new StartFailure({ reason: 'ISOLATION_UNAVAILABLE', missing, demandedBy: spec.isolationDemandedBy ?? 'function' });

  const bindings: Binding[] = [{ inside: CODE_ROOT, host: spec.codeDirectory }];
  if (spec.runtimesDirectory !== undefined) bindings.push({ inside: RUNTIME_ROOT, host: spec.runtimesDirectory });
  const problem = checkBootstrap(host.sandbox.view, bindings, host.sandbox.hostUids !== undefined);
  if (problem !== undefined) throw new StartFailure(problem);

  const instance = new RunningInstance(spec, host, options.onOutput ?? (() => undefined));
  const abort = (): void => void instance.end();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await instance.start();
    return instance;
  } catch (error) {
    throw namedMore(error, host, bindings);
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

/** What shells exit with when they find no program, or one they cannot run. */
const NO_PROGRAM_CODES = [126, 127];

/** A shell says in stderr what it did not find; of a documented runtime the failure itself says so. */
function namedMore(error: unknown, host: LocalInstanceHost, bindings: readonly Binding[]): unknown {
  if (!(error instanceof StartFailure) || error.problem.reason !== 'PROCESS_EXITED') return error;
  const { end } = error.problem;
  if (end.kind !== 'EXITED' || !NO_PROGRAM_CODES.includes(end.exitCode)) return error;
  const interpreter = findMissingRuntime(host.sandbox.view, bindings);
  return interpreter === undefined ? error : new StartFailure({ reason: 'INTERPRETER_MISSING', interpreter }, error.stderrTail);
}
