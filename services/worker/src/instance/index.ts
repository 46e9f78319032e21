// The door of this capability: one running copy of a function, from start to exit.
//
//   const host = await createInstanceHost({ logger });
//   const instance = await startInstance(spec, host, { onOutput: (line) => ... });   // rejects with a StartFailure
//   const socket = await instance.dial();                                            // connected to the app's port 8000
//   void instance.exited.then((exit) => ...);
//   await instance.stop(5_000);
//   await host.close();
export type { InstanceSpec, OutputLine, StartOptions } from './instance-spec.js';
export type { IsolationClass } from '../sandbox/isolation-class.js';
export { createInstanceHost, type HostIsolation, type InstanceHost, type InstanceHostOptions } from './instance-host.js';
export { startInstance, type Instance } from './start-instance.js';
export { describeProcessEnd, type InstanceExit, type ProcessEnd } from './process-end.js';
export {
  StartFailure,
  START_FAILED,
  START_TIMED_OUT,
  OUT_OF_MEMORY,
  type StartFailureReason,
  type StartProblem,
} from './start-failure.js';
export { DialFailure, type DialFailureReason } from '../network/dial-failure.js';
export type { EgressOptions } from '../network/egress/egress.js';
export { findHostRuntimes } from '../sandbox/host-runtimes.js';
export { prepareRuntimes, sandboxPath } from '../sandbox/runtimes.js';
