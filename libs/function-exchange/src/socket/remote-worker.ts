import type { Caller } from '../caller.js';
import type { FunctionRequest } from '../function-request.js';
import { RemoteExchange } from './remote-exchange.js';
import { WorkerConnections, type ConnectionLimits } from './worker-connections.js';

/** Why a worker that should have served a request could not even say so. */
export type WorkerLoss =
  /** No connection was made; nothing of the request was sent. */
  | { readonly kind: 'unreachable'; readonly error: Error }
  | { readonly kind: 'busy'; readonly maxConnections: number }
  /** It ended the connection before there was an answer. */
  | { readonly kind: 'broke-off' }
  | { readonly kind: 'malformed-answer'; readonly reason: string };

/** A caller that may also hear that the worker itself is not there. Nothing was given to it before. */
export interface WorkerCaller extends Caller {
  lost(loss: WorkerLoss): void;
}

export type RemoteWorkerLimits = ConnectionLimits;

/** A worker in another process, spoken to in HTTP/1.1 over its unix socket. */
export class RemoteWorker {
  private readonly connections: WorkerConnections;

  constructor(
    readonly socketPath: string,
    private readonly limits: RemoteWorkerLimits,
  ) {
    this.connections = new WorkerConnections(socketPath, limits);
  }

  /** As FunctionServer.serve; a request that did not get through is `lost`. */
  serve(request: FunctionRequest, caller: WorkerCaller): void {
    new RemoteExchange(this.connections, this.limits.maxWorkerConnections, request, caller).begin();
  }

  /** Destroys every connection. */
  close(): void {
    this.connections.close();
  }
}
