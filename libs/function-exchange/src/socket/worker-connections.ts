import { connect, type Socket } from 'node:net';

/** Who uses a connection to a worker at the moment. */
export interface ConnectionUser {
  onBytes(piece: Buffer): void;
  onWritable(): void;
  /** The connection is gone, in order or not. Nothing comes after it. */
  onClosed(): void;
}

export interface ConnectionLimits {
  /** Connections to one worker at once: running requests and idle connections. */
  readonly maxWorkerConnections: number;
  readonly workerConnectMs: number;
  /** How long an unused connection is kept; below the time after which workers close theirs. */
  readonly workerIdleMs: number;
}

/** A connection to a worker: used by one request at a time, idle otherwise. Its listeners are set once. */
export class WorkerConnection {
  /** It has carried a request before, so the worker may be closing it without knowing of the next one. */
  reused = false;
  user: ConnectionUser | undefined;

  constructor(readonly socket: Socket) {
    socket.on('timeout', () => socket.destroy());
    socket.on('data', (piece: Buffer) => {
      // A worker that speaks unasked is out of step: the next request must not read these bytes as its answer.
      if (this.user === undefined) socket.destroy();
      else this.user.onBytes(piece);
    });
    socket.on('drain', () => this.user?.onWritable());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      const { user } = this;
      this.user = undefined;
      user?.onClosed();
    });
  }
}

/** No more connections to this worker are allowed. */
export class TooManyConnections extends Error {}

/** Connections to one worker over its unix socket. */
export class WorkerConnections {
  private readonly idle: WorkerConnection[] = [];
  private readonly open = new Set<Socket>();
  private closed = false;

  constructor(
    private readonly path: string,
    private readonly limits: ConnectionLimits,
  ) {}

  /** The one used last, if any is idle: the others may then grow old and be closed. */
  reuse(): WorkerConnection | undefined {
    for (let connection = this.idle.pop(); connection !== undefined; connection = this.idle.pop()) {
      if (connection.socket.destroyed) continue;
      connection.socket.setTimeout(0);
      connection.reused = true;
      return connection;
    }
    return undefined;
  }

  /** A connection is about to be made although one may be idle: one of those makes room, so that they do not add up. */
  makeRoom(): void {
    this.idle.shift()?.socket.destroy();
  }

  /** Rejects with the system's error when the worker cannot be reached, and with TooManyConnections. */
  connect(): Promise<WorkerConnection> {
    const { maxWorkerConnections, workerConnectMs } = this.limits;
    if (this.open.size >= maxWorkerConnections) return Promise.reject(new TooManyConnections());
    const socket = connect({ path: this.path });
    this.open.add(socket);
    socket.setTimeout(workerConnectMs);
    const connection = new WorkerConnection(socket);
    return new Promise((resolve, reject) => {
      let failure = new Error(`The worker did not accept a connection within ${workerConnectMs} milliseconds.`);
      socket.once('connect', () => {
        socket.setTimeout(0);
        resolve(connection);
      });
      socket.on('error', (error) => (failure = error));
      socket.on('close', () => {
        this.open.delete(socket);
        this.forget(connection);
        reject(failure);
      });
    });
  }

  /** Takes back a connection whose request and answer are both complete. */
  release(connection: WorkerConnection): void {
    connection.user = undefined;
    if (this.closed || connection.socket.destroyed) {
      connection.socket.destroy();
      return;
    }
    connection.socket.resume();
    connection.socket.setTimeout(this.limits.workerIdleMs);
    this.idle.push(connection);
  }

  /** Ends a connection in whatever state it is; its user hears no more of it. */
  discard(connection: WorkerConnection): void {
    connection.user = undefined;
    connection.socket.destroy();
  }

  /** Gives the bare socket away: it carries another protocol now. */
  detach(connection: WorkerConnection): Socket {
    const { socket } = connection;
    connection.user = undefined;
    for (const event of ['timeout', 'data', 'drain', 'end']) socket.removeAllListeners(event);
    socket.allowHalfOpen = true;
    return socket;
  }

  /** Destroys every connection. */
  close(): void {
    this.closed = true;
    for (const socket of this.open) socket.destroy();
  }

  private forget(connection: WorkerConnection): void {
    const index = this.idle.indexOf(connection);
    if (index !== -1) this.idle.splice(index, 1);
  }
}
