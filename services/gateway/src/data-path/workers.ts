import { RemoteWorker, type FunctionRequest, type FunctionServer, type RemoteWorkerLimits, type WorkerCaller } from '@windlass/function-exchange';
import { workersFor } from './choose-worker.js';

/** A worker that runs functions for this gateway. One in this process is never `lost`. */
export interface KnownWorker {
  /** The same on every gateway, as they all have to choose the same worker for a function. */
  readonly name: string;
  serve(request: FunctionRequest, caller: WorkerCaller): void;
  close?(): void;
}

/** All workers of this gateway. */
export class Workers {
  constructor(private readonly known: readonly KnownWorker[]) {}

  static of(local: FunctionServer | undefined, sockets: readonly string[], limits: RemoteWorkerLimits): Workers {
    const remote = sockets.map((socketPath): KnownWorker => {
      const worker = new RemoteWorker(socketPath, limits);
      return { name: socketPath, serve: (request, caller) => worker.serve(request, caller), close: () => worker.close() };
    });
    return new Workers(local === undefined ? remote : [{ name: 'local', serve: (request, caller) => local.serve(request, caller) }, ...remote]);
  }

  /** In the order in which they are tried for a function. */
  inOrderFor(functionId: string): readonly KnownWorker[] {
    return this.known.length < 2 ? this.known : workersFor(functionId, this.known);
  }

  close(): void {
    for (const worker of this.known) worker.close?.();
  }
}
