import { connect, type Socket } from 'node:net';
import type { IngressLimits } from './limits.js';
import { refusals } from './refusal.js';

/** Who uses a connection to a worker at the moment. */
export interface WorkerConnectionUser {
  onWorkerData(piece: Buffer): void;
  onWorkerDrain(): void;
  /** The connection is gone, in order or not. Nothing comes after it. */
  onWorkerClosed(): void;
}

/** A connection to a worker: used by one request at a time, idle in the pool otherwise. */
export interface WorkerConnection {
  readonly socket: Socket;
  readonly worker: string;
  /** It has carried a request before, so the worker may be closing it without knowing of the next one. */
  readonly reused: boolean;
}

class PooledConnection implements WorkerConnection {
  reused = false;
  user: WorkerConnectionUser | undefined;

  constructor(
    readonly socket: Socket,
    readonly worker: string,
  ) {}
}

type PoolLimits = Pick<IngressLimits, 'maxWorkerConnections' | 'workerConnectMs' | 'workerIdleMs'>;

/** Connections to workers over their Unix sockets. */
export class WorkerPool {
  private readonly idle = new Map<string, PooledConnection[]>();
  private readonly open = new Map<string, Set<Socket>>();
  private closed = false;

  constructor(private readonly limits: PoolLimits) {}

  /**
   * An idle connection, or a new one. Rejects with the system's error when the worker cannot be reached, and with a Refusal
   * when the worker has no room for one more connection of ours.
   */
  acquire(worker: string, user: WorkerConnectionUser, fresh = false): WorkerConnection | Promise<WorkerConnection> {
    const idle = fresh ? undefined : this.takeIdle(worker);
    if (idle === undefined) return this.connect(worker, user);
    idle.socket.setTimeout(0);
    idle.reused = true;
    idle.user = user;
    return idle;
  }

  /** Takes back a connection whose request and response are both complete. */
  release(connection: WorkerConnection): void {
    const pooled = connection as PooledConnection;
    pooled.user = undefined;
    if (this.closed || pooled.socket.destroyed) {
      pooled.socket.destroy();
      return;
    }
    pooled.socket.resume();
    pooled.socket.setTimeout(this.limits.workerIdleMs);
    const idle = this.idle.get(pooled.worker);
    if (idle === undefined) this.idle.set(pooled.worker, [pooled]);
    else idle.push(pooled);
  }

  /** Ends a connection in whatever state it is; its user hears no more of it. */
  discard(connection: WorkerConnection): void {
    (connection as PooledConnection).user = undefined;
    connection.socket.destroy();
  }

  /** Destroys every connection. */
  close(): void {
    this.closed = true;
    for (const sockets of this.open.values()) for (const socket of sockets) socket.destroy();
  }

  /** The one used last: the others may then grow old and be closed. */
  private takeIdle(worker: string): PooledConnection | undefined {
    const idle = this.idle.get(worker);
    let connection = idle?.pop();
    while (connection?.socket.destroyed === true) connection = idle?.pop();
    return connection;
  }

  private connect(worker: string, user: WorkerConnectionUser): Promise<WorkerConnection> {
    const open = this.open.get(worker) ?? new Set();
    this.open.set(worker, open);
    if (open.size >= this.limits.maxWorkerConnections) {
      return Promise.reject(refusals.workerBusy(this.limits.maxWorkerConnections));
    }
    const socket = connect({ path: worker });
    open.add(socket);
    socket.setTimeout(this.limits.workerConnectMs);
    return new Promise((resolve, reject) => {
      const connection = new PooledConnection(socket, worker);
      let failure = new Error(`The worker did not accept a connection within ${this.limits.workerConnectMs} milliseconds.`);
      socket.once('connect', () => {
        socket.setTimeout(0);
        connection.user = user;
        resolve(connection);
      });
      socket.on('timeout', () => socket.destroy());
      socket.on('data', (piece: Buffer) => {
        // A worker that speaks unasked is out of step: the next request must not read these bytes as its answer.
        if (connection.user === undefined) socket.destroy();
        else connection.user.onWorkerData(piece);
      });
      socket.on('drain', () => connection.user?.onWorkerDrain());
      socket.on('error', (error) => (failure = error));
      socket.on('end', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        this.forget(connection);
        const { user: lastUser } = connection;
        connection.user = undefined;
        lastUser?.onWorkerClosed();
        reject(failure);
      });
    });
  }

  private forget(connection: PooledConnection): void {
    const idle = this.idle.get(connection.worker);
    const index = idle?.indexOf(connection) ?? -1;
    if (index !== -1) idle?.splice(index, 1);
  }
}
