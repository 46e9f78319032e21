import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { FunctionServer } from '../function-request.js';
import type { UpgradeLimits } from '../upgrade-end.js';
import { ServerConnection } from './server-connection.js';

export interface ExchangeServerOptions {
  /** Path of the unix socket. Its folder must be private to the platform. */
  readonly socketPath: string;
  readonly functions: FunctionServer;
  readonly upgradeLimits: UpgradeLimits;
  readonly maxConnections: number;
}

export interface ExchangeServer {
  /** Takes no new connection. */
  refuseNew(): void;
  /** Closes every connection, whatever it is doing. */
  close(): Promise<void>;
}

/** Serves the requests of gateways in other processes: HTTP/1.1 on a unix socket only this user may open. */
export async function startExchangeServer(options: ExchangeServerOptions): Promise<ExchangeServer> {
  const connections = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    new ServerConnection(socket, options.functions, options.upgradeLimits);
  });
  server.maxConnections = options.maxConnections;
  await listen(server, options.socketPath);
  await chmod(options.socketPath, 0o600);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    refuseNew: () => void server.close(),
    close: async () => {
      server.close();
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
