import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

// Imports nothing of ours, so that Node can load it as it is, outside the test runner too.

export interface AccountCredentials {
  readonly domain: string;
  readonly domain_id: string;
  readonly user: string;
  readonly password: string;
  readonly access_key: string;
  readonly secret_key: string;
  readonly project_id: string;
}

export interface Credentials {
  readonly api: string;
  readonly gateway: string;
  readonly grpc: string;
  readonly region: string;
  readonly admin: AccountCredentials;
  readonly demo: AccountCredentials & { readonly function_urn: string; readonly url: string };
}

const LAUNCHER = join(import.meta.dirname, '../../../deploy/standalone/dist/main.js');
const READY_WITHIN_MS = 120_000;

/** A Windlass of its own: own ports, own data directory, started by the same program as `npm start`. */
export interface Platform {
  readonly credentials: Credentials;
  readonly dataDirectory: string;
  readonly launcher: ChildProcess;
  /** What the launcher wrote so far. */
  output(): string;
  /** Ctrl-C, which a terminal sends to the whole group, and wait for the end. */
  stop(): Promise<number | null>;
}

export interface PlatformPlace {
  readonly dataDirectory: string;
  readonly ports: { readonly api: number; readonly gateway: number; readonly grpc: number };
  /** The Kafka cluster that carries its events, and its own prefix there; PostgreSQL when absent. */
  readonly kafka?: { readonly brokers: string; readonly prefix: string };
  remove(): void;
}

/**
 * A place for one platform that may be started and stopped several times. Its events go over Kafka where brokers are named,
 * as they are for the whole suite by WINDLASS_E2E_BUS=kafka.
 */
export async function newPlace(brokers = process.env.WINDLASS_E2E_KAFKA_BROKERS): Promise<PlatformPlace> {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-e2e-'));
  const [api, gateway, grpc] = await freePorts(3);
  return {
    dataDirectory: join(directory, 'data'),
    ports: { api: api as number, gateway: gateway as number, grpc: grpc as number },
    ...(brokers === undefined ? {} : { kafka: { brokers, prefix: basename(directory) } }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export async function startPlatform(place: PlatformPlace): Promise<Platform> {
  // In a group of its own, as a terminal would start it, and tied to the test that started it.
  const launcher = spawn('setpriv', ['--pdeathsig', 'TERM', '--', process.execPath, LAUNCHER], {
    detached: true,
    env: {
      ...process.env,
      WINDLASS_DATA_DIR: place.dataDirectory,
      WINDLASS_API_PORT: String(place.ports.api),
      WINDLASS_GATEWAY_PORT: String(place.ports.gateway),
      WINDLASS_GRPC_PORT: String(place.ports.grpc),
      WINDLASS_KAFKA_BROKERS: place.kafka?.brokers,
      WINDLASS_KAFKA_PREFIX: place.kafka?.prefix,
      // The test runner's own marks would make the launcher watch for an npm that did not start it.
      npm_lifecycle_event: undefined,
      NODE_OPTIONS: undefined,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    const listen = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (output.includes('Windlass is ready.')) resolve();
    };
    launcher.stdout.on('data', listen);
    launcher.stderr.on('data', listen);
  });
  const exited = once(launcher, 'exit');
  const tooLate = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`not ready within ${READY_WITHIN_MS} ms:\n${output}`)), READY_WITHIN_MS).unref();
  });
  const early = exited.then(([code]) => Promise.reject(new Error(`the launcher ended with ${String(code)}:\n${output}${planeLogs(place)}`)));
  await Promise.race([ready, early, tooLate]);
  early.catch(() => undefined);
  return {
    credentials: JSON.parse(readFileSync(join(place.dataDirectory, 'credentials.json'), 'utf8')) as Credentials,
    dataDirectory: place.dataDirectory,
    launcher,
    output: () => output,
    stop: async () => {
      if (launcher.exitCode === null && launcher.signalCode === null) process.kill(-(launcher.pid as number), 'SIGINT');
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}

function planeLogs(place: PlatformPlace): string {
  return ['control-plane', 'data-plane']
    .map((name) => join(place.dataDirectory, 'logs', `${name}.log`))
    .filter((file) => existsSync(file))
    .map((file) => `\n--- ${file}\n${readFileSync(file, 'utf8').slice(-4_000)}`)
    .join('');
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
