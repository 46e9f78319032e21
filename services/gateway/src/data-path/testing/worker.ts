import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createRawServer, type Server as RawServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The other end of the gateway's connections: a real HTTP server on a Unix socket, as a worker is. */
export interface TestWorker {
  readonly socketPath: string;
  readonly server: Server;
  /** Connections accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

export async function startWorkerServer(listener: RequestListener): Promise<TestWorker> {
  const server = createServer({ keepAliveTimeout: 0 }, listener);
  const { socketPath, remove } = await listen(server);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  return {
    socketPath,
    server,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      await closeServer(server);
      await remove();
    },
  };
}

/** A worker that answers bytes with bytes, for what no HTTP server would say. */
export async function startRawWorker(onConnection: (socket: Socket) => void): Promise<{ socketPath: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createRawServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const { socketPath, remove } = await listen(server);
  return {
    socketPath,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await closeServer(server);
      await remove();
    },
  };
}

async function listen(server: Server | RawServer): Promise<{ socketPath: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'windlass-gateway-'));
  const socketPath = join(directory, 'worker.sock');
  server.listen(socketPath);
  await once(server, 'listening');
  return { socketPath, remove: () => rm(directory, { recursive: true, force: true }) };
}

async function closeServer(server: Server | RawServer): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}
