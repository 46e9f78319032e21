import { createLogger } from '@windlass/telemetry';
import { type ApiConfig, DEFAULT_BODY_LIMIT_BYTES, startApi, type RunningApi } from '../index.js';
import type { Operation } from '../operation/index.js';
import { ADMIN_TOKEN, DOMAIN, Peers, PRINCIPAL_KEY, PROJECT } from './peers.js';

export const PUBLIC_URL = 'http://api.windlass.test';

/** A configuration that leads to peers, on ports of the system's choice. */
export function configFor(peers: Peers): ApiConfig {
  return {
    host: '127.0.0.1',
    port: 0,
    grpcHost: '127.0.0.1',
    grpcPort: 0,
    principalKey: PRINCIPAL_KEY,
    linkKey: Buffer.alloc(32, 9),
    serviceAddresses: peers.serviceAddresses,
    workerAddresses: [peers.address],
    publicUrl: PUBLIC_URL,
    bodyLimitBytes: DEFAULT_BODY_LIMIT_BYTES,
  };
}

/** An edge on ports of the system's choice, in front of peers. */
export class RunningEdge {
  private constructor(
    readonly peers: Peers,
    readonly api: RunningApi,
    readonly log: string[],
  ) {}

  static async start(): Promise<RunningEdge> {
    const peers = new Peers();
    await peers.start();
    const log: string[] = [];
    const api = await startApi({ ...configFor(peers), logger: createLogger('api', { destination: { write: (line) => void log.push(line) } }) });
    return new RunningEdge(peers, api, log);
  }

  get url(): string {
    return `http://127.0.0.1:${this.api.port}`;
  }

  /** A call with the administrator's token unless the headers say otherwise. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { ...init, headers: { 'content-type': 'application/json', 'x-auth-token': ADMIN_TOKEN, ...init.headers } });
  }

  async stop(): Promise<void> {
    await this.api.close();
    this.peers.stop();
  }
}

/** A path an operation answers, with every variable filled; project and account are the caller's. */
export function pathOf(operation: Operation, projectId = PROJECT): string {
  const own: Readonly<Record<string, string>> = { project_id: projectId, domain_id: DOMAIN };
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => own[name] ?? `some-${name}`);
}
