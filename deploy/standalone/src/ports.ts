import { createServer } from 'node:net';
import type { Options } from './options.js';

/** Fails with one sentence for each port that another program holds, before anything is started. */
export async function requireFreePorts(options: Options): Promise<void> {
  const wanted = [
    ['WINDLASS_API_PORT', options.apiPort],
    ['WINDLASS_GATEWAY_PORT', options.gatewayPort],
    ['WINDLASS_GRPC_PORT', options.grpcPort],
  ] as const;
  const problems: string[] = [];
  for (const [variable, port] of wanted) {
    const problem = await tryListening(options.host, port);
    if (problem !== undefined) problems.push(`port ${port} on ${options.host} cannot be used (${problem}); choose another with ${variable}`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function tryListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? error.message)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
