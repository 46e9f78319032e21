import { availableParallelism, totalmem } from 'node:os';

/** What this worker may use and keep. */
export interface WorkerLimits {
  /** Instances at once. */
  readonly maxInstances: number;
  /** What the memory_size of all instances may add up to, in MB. */
  readonly maxMemoryMb: number;
  /** Instances starting at once. */
  readonly maxStarting: number;
  /** How long an unused instance runs on before it is frozen, and how long it is kept. */
  readonly freezeSeconds: number;
  readonly idleSeconds: number;
  /** Requests that may wait for an instance: of one function, and of all together. */
  readonly queueLength: number;
  readonly maxWaiting: number;
  /** How long one may wait beyond the function's start timeout. */
  readonly queueWaitSeconds: number;
  /** From SIGTERM to SIGKILL of an instance that is no longer needed. */
  readonly stopGraceSeconds: number;
  /** How long requests of an outdated instance, or of a stopping worker, may still run. */
  readonly drainSeconds: number;
  readonly closeSeconds: number;
  /** How long a function may take to accept a connection, */
  readonly connectSeconds: number;
  /** to send the first byte of an answer when it has the whole request, */
  readonly firstByteSeconds: number;
  /** and to send or take the next byte within a request. All of the request is held to the function's own timeout. */
  readonly silenceSeconds: number;
  /** How long an upgraded connection may be silent, and how long it may last at all. No other limit of time holds for it. */
  readonly upgradeIdleSeconds: number;
  readonly upgradeMaxSeconds: number;
  /**
   * Requests of one function whose start and finish its log tells, in each second; of failed ones as many again. Those beyond are counted
   * there.
   */
  readonly loggedRequests: number;
  /** Log lines that wait on disk while they cannot be shipped, in MB: of all accounts, and of one. */
  readonly logSpoolMb: number;
  readonly accountLogSpoolMb: number;
  /** Largest answer of a function that streams (is_return_stream), in MB; of any other it is 6 MB. */
  readonly maxStreamedMb: number;
  /** Connections of gateways. */
  readonly maxConnections: number;
  /** Size of the extracted packages that are kept, in MB. */
  readonly codeCacheMb: number;
  /** Size of the packages under customers' keys that may lie in the clear at once, in MB. They lie in memory. */
  readonly sealedCodeMb: number;
}

/** Limits that fit the machine the worker runs on. */
export function defaultLimits(): WorkerLimits {
  return {
    maxInstances: 1_000,
    // Functions seldom use what they reserve, and each is held to its own limit.
    maxMemoryMb: Math.floor((totalmem() / 1024 / 1024) * 0.8),
    maxStarting: Math.max(4, availableParallelism() * 2),
    freezeSeconds: 5,
    idleSeconds: 60,
    queueLength: 200,
    maxWaiting: 4_000,
    queueWaitSeconds: 30,
    stopGraceSeconds: 5,
    // The longest a synchronous request may take by the documented limits.
    drainSeconds: 900,
    closeSeconds: 10,
    // Loopback connects at once, or when the kernel tries again because the app's backlog was full: after 1, 3 and 7 seconds.
    connectSeconds: 10,
    // An app may think for as long as its timeout, whose documented maximum this is.
    firstByteSeconds: 259_200,
    silenceSeconds: 300,
    loggedRequests: 1_000,
    logSpoolMb: 1_024,
    accountLogSpoolMb: 256,
    upgradeIdleSeconds: 600,
    upgradeMaxSeconds: 86_400,
    maxStreamedMb: 200,
    maxConnections: 4_096,
    codeCacheMb: 10_240,
    sealedCodeMb: Math.max(256, Math.floor((totalmem() / 1024 / 1024) * 0.1)),
  };
}
