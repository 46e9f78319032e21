import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KnownAccounts } from '@windlass/accounts';
import { CoarseTimers } from '@windlass/coarse-timers';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { UpgradeLimits } from '@windlass/function-exchange';
import { createLogger } from '@windlass/telemetry';
import { AccountAdmission } from '../../account/index.js';
import type { Instance, InstanceExit } from '../../instance/index.js';
import type { AppTimers } from '../../invocation/app-timers.js';
import { Invoker, type FinishedRequest } from '../../invocation/index.js';
import { FunctionPools } from '../../pool/index.js';
import { exampleSpec } from '../../testing/example-spec.js';
import { startExchangeServer, type ExchangeServer } from '../index.js';

/** What a function that streams may answer here. */
export const MAX_STREAMED_BYTES = 200 * 1024 * 1024;

export interface HeardAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Asking {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer | string;
}

export interface ServedAppOptions {
  readonly spec?: Partial<FunctionSpec>;
  readonly appTimers?: Partial<AppTimers>;
  readonly maxStreamedBytes?: number;
  readonly upgradeLimits?: Partial<UpgradeLimits>;
}

/** The data path of a worker before a server of this process, which is the app of its only function: all but the sandbox is real. */
export class ServedApp {
  readonly finished: FinishedRequest[] = [];
  /** Connections that were made to the app. */
  dials = 0;
  /** Instances that were started. */
  launches = 0;

  private constructor(
    private readonly directory: string,
    readonly app: Server,
    readonly invoker: Invoker,
    private readonly pools: FunctionPools,
    private readonly server: ExchangeServer,
  ) {}

  static async start(app: Server, options: ServedAppOptions = {}): Promise<ServedApp> {
    const directory = await mkdtemp(join(tmpdir(), 'windlass-data-'));
    await once(app.listen(0, '127.0.0.1'), 'listening');
    const { port } = app.address() as AddressInfo;
    const spec = exampleSpec({ instance_concurrency: 100, ...options.spec });
    const clock = (): number => performance.now();
    const logger = createLogger('test', { destination: { write: () => undefined } });
    const connectToApp: Instance['dial'] = async ({ onread } = {}) => {
      served.dials += 1;
      const socket = connect({ port, host: '127.0.0.1', onread });
      await once(socket, 'connect');
      return socket;
    };
    const pools = new FunctionPools(
      {
        launch: async (_spec, id) => {
          served.launches += 1;
          return instanceOf(id, connectToApp);
        },
        limits: { queueLength: 200, maxWaiting: 500, queueWaitMs: 10_000, stopGraceMs: 1 },
        observer: { output: () => undefined },
        clock,
        newInstanceId: () => crypto.randomUUID(),
      },
      { maxInstances: 50, maxMemoryMb: 100_000, maxStarting: 50, freezeMs: 60_000, idleMs: 60_000, drainMs: 60_000 },
    );
    const invoker = new Invoker({
      functions: { find: () => spec },
      accounts: new AccountAdmission(new KnownAccounts()),
      credentials: { find: () => undefined },
      pools,
      log: { started: () => undefined, finished: () => undefined },
      facts: { finished: (request) => void served.finished.push(request) },
      logger,
      timers: new CoarseTimers(),
      maxStreamedBytes: options.maxStreamedBytes ?? MAX_STREAMED_BYTES,
      appTimers: { connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000, ...options.appTimers },
      clock,
    });
    const server = await startExchangeServer({
      socketPath: join(directory, 'data.sock'),
      functions: invoker,
      upgradeLimits: { idleMs: 60_000, maxMs: 600_000, ...options.upgradeLimits },
      maxConnections: 1_000,
    });
    const served: ServedApp = new ServedApp(directory, app, invoker, pools, server);
    return served;
  }

  get socketPath(): string {
    return join(this.directory, 'data.sock');
  }

  headers(more: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
    return { host: 'app.example', 'x-windlass-func-id': 'f1', 'x-windlass-func-version': 'latest', 'x-windlass-request-id': crypto.randomUUID(), ...more };
  }

  /** A request as a gateway sends it, whose body and answer are the test's to handle. */
  begin({ method = 'GET', path = '/', headers = {} }: Asking = {}): ClientRequest {
    return httpRequest({ socketPath: this.socketPath, method, path, headers: this.headers(headers), agent: false });
  }

  /** The same with the whole answer. */
  async ask(asking: Asking = {}): Promise<HeardAnswer> {
    const request = this.begin(asking);
    request.end(asking.body);
    const response = await answerTo(request);
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) };
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.pools.close();
    this.app.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function instanceOf(id: string, dial: Instance['dial']): Instance {
  const { promise: exited, resolve: ended } = Promise.withResolvers<InstanceExit>();
  return {
    id,
    pid: process.pid,
    exited,
    dial,
    memoryUsedMb: async () => 1,
    memoryPeakMb: 1,
    cpuUsedMs: () => 0,
    freeze: async () => true,
    thaw: () => undefined,
    endLines: () => undefined,
    stop: async () => ended({ kind: 'STOPPED' }),
  };
}

/** The head of the answer. One that comes before the request is sent is an answer, too. */
export function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let failure = new Error('There was no answer.');
    request.on('error', (error) => (failure = error));
    request.once('response', resolve);
    request.once('close', () => reject(failure));
  });
}

/** What the answer of a failure says. */
export function failureOf(answer: HeardAnswer): { readonly code: string; readonly message: string } {
  const { error_code, error_msg } = JSON.parse(answer.body.toString()) as { error_code: string; error_msg: string };
  return { code: error_code, message: error_msg };
}
