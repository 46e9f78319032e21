import type { Socket } from 'node:net';
import type { InstanceHost } from './instance-host.js';
import type { InstanceSpec, StartOptions } from './instance-spec.js';
import type { InstanceExit } from './process-end.js';

/** One running copy of a function, ready to serve. */
export interface Instance {
  readonly id: string;
  /** Host pid of the sandbox's first process. */
  readonly pid: number;
  /**
   * A new connection to the app's 127.0.0.1:8000, made inside its network namespace. The caller owns the socket.
   * Rejects with a `DialFailure`. `timeoutMs` defaults to 1,000.
   */
  dial(timeoutMs?: number): Promise<Socket>;
  /** Settles once, when the last process is gone and everything is given back. Never rejects. */
  readonly exited: Promise<InstanceExit>;
  /** MiB the app's processes use now (without files in /tmp); 0 when gone. */
  memoryUsedMb(): Promise<number>;
  /** SIGTERM to the app, `graceMs` later SIGKILL to all its processes. Resolves when `exited` has. May be called again. */
  stop(graceMs: number): Promise<void>;
}

/** Resolves when 127.0.0.1:8000 accepts a connection; rejects with a `StartFailure`, having undone everything. */
export declare function startInstance(spec: InstanceSpec, host: InstanceHost, options?: StartOptions): Promise<Instance>;
