import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { KeyEvent } from '@windlass/contracts/kms/v1/kms_events';
import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { FunctionEvent } from '@windlass/contracts/registry/v1/registry_events';
import { LogBatch, type LogLine } from '@windlass/contracts/logs/v1/log_batch';
import { WorkerServiceClient } from '@windlass/contracts/worker/v1/worker_service';
import { startTemporaryPostgres } from '@windlass/embedded-postgres';
import { PostgresEventBus } from '@windlass/event-bus';
import { connect, type Remote, type RunningService } from '@windlass/grpc';
import { createLogger } from '@windlass/telemetry';
import { startWorker, type WorkerConfig, type WorkerLimits } from '../index.js';
import { exampleSpec } from './example-spec.js';
import { IamPeer } from './iam-peer.js';
import { RegistryPeer, type PackageFiles } from './registry-peer.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Sending {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly requestId?: string;
  readonly signal?: AbortSignal;
}

const BOOTSTRAP = '#!/bin/bash\nexec node index.js\n';

/** A whole worker on this machine, with a database of its own, and a registry and iam that speak the contract. */
export class RunningWorker {
  readonly registry = new RegistryPeer();
  readonly iam = new IamPeer();
  readonly logged: string[] = [];
  readonly lines: LogLine[] = [];
  control: Remote<WorkerServiceClient>;
  bus: PostgresEventBus;
  directory = '';
  private readonly undo: (() => Promise<unknown> | unknown)[] = [];
  private worker: RunningService | undefined;
  private startAgain: () => Promise<RunningService>;
  private sequence = 0;

  /** `settings`: what differs of its configuration beside its limits. Without `runsc` there is no strong isolation, whatever this machine has. */
  static async start(limits: Partial<WorkerLimits> = {}, settings: Partial<WorkerConfig> = {}): Promise<RunningWorker> {
    const self = new RunningWorker();
    try {
      await self.open(limits, settings);
    } catch (error) {
      await self.close();
      throw error;
    }
    return self;
  }

  get dataSocket(): string {
    return join(this.directory, 'data.sock');
  }

  get dataDirectory(): string {
    return join(this.directory, 'data');
  }

  private get grpcAddress(): string {
    return `unix:${join(this.directory, 'worker.sock')}`;
  }

  /** Deploys a function; `source` is its index.js, or all files of its package. */
  async deploy(source: string | PackageFiles, changes: Partial<FunctionSpec> = {}): Promise<FunctionSpec> {
    const files = typeof source === 'string' ? { bootstrap: BOOTSTRAP, 'index.js': source } : source;
    const spec = exampleSpec({ func_id: `f-${(this.sequence += 1)}`, ...(await this.registry.store(files)), ...changes });
    this.registry.put(spec);
    return spec;
  }

  async announce(change: FunctionEvent['change'] & object): Promise<void> {
    const payload = FunctionEvent.encode({ change }).finish();
    const key = change.value.func_id;
    await this.bus.publish([{ topic: 'registry.functions', key, id: crypto.randomUUID(), payload }]);
  }

  /** What the key service tells of a key. */
  async announceKey(key_id: string, state: string, revision: number): Promise<void> {
    const payload = KeyEvent.encode({ key_id, domain_id: 'd1', state, revision }).finish();
    await this.bus.publish([{ topic: 'kms.keys', key: key_id, entity: key_id, id: crypto.randomUUID(), payload }]);
  }

  /** Sends a request as the gateway does and reads the whole answer. */
  send(spec: FunctionSpec, sending: Sending = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method = 'GET', path = '/', signal } = sending;
      const request = httpRequest({ socketPath: this.dataSocket, method, path, signal, headers: this.headers(spec, sending) });
      request.on('error', reject);
      request.on('response', (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }));
      });
      request.end(sending.body);
    });
  }

  headers(spec: FunctionSpec, sending: Sending = {}): Record<string, string> {
    return {
      host: 'app.example',
      'x-windlass-func-id': spec.func_id,
      'x-windlass-func-version': spec.version,
      'x-windlass-revision': String(spec.revision),
      'x-windlass-request-id': sending.requestId ?? crypto.randomUUID(),
      'x-windlass-timeout-ms': '0',
      ...sending.headers,
    };
  }

  async instances(spec: FunctionSpec): Promise<string[]> {
    const { instances } = await this.control.listInstances({ func_id: spec.func_id });
    // To most tests an instance nobody uses is ready, whether it has served before or rests.
    return instances.map(({ state, revision }) => `${revision}:${state === 'idle' || state === 'frozen' ? 'ready' : state}`);
  }

  async stopWorker(): Promise<void> {
    await this.worker?.close();
    this.worker = undefined;
  }

  async restart(): Promise<void> {
    await this.stopWorker();
    this.worker = await this.startAgain();
  }

  async close(): Promise<void> {
    await this.stopWorker();
    for (const step of this.undo.splice(0).reverse()) await step();
  }

  private async open(limits: Partial<WorkerLimits>, settings: Partial<WorkerConfig>): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), 'windlass-worker-'));
    this.undo.push(() => rm(this.directory, { recursive: true, force: true }));
    const postgres = await startTemporaryPostgres();
    this.undo.push(() => postgres.stop());
    const logger = createLogger('worker', { destination: { write: (line) => void this.logged.push(line) } });
    this.bus = await PostgresEventBus.open({ connectionString: postgres.connectionString(postgres.database), logger });
    this.undo.push(() => this.bus.close());
    await this.bus.consume({
      group: 'test',
      topics: ['logs.lines'],
      onMessages: async (messages) => {
        for (const { payload } of messages) this.lines.push(...LogBatch.decode(payload).lines);
      },
    });
    const registryAddress = `unix:${join(this.directory, 'registry.sock')}`;
    await this.registry.listen(registryAddress);
    this.undo.push(() => this.registry.close());
    const iamAddress = `unix:${join(this.directory, 'iam.sock')}`;
    await this.iam.listen(iamAddress);
    this.undo.push(() => this.iam.close());
    this.startAgain = () =>
      startWorker({
        workerId: 'w1',
        grpcAddress: this.grpcAddress,
        dataSocket: this.dataSocket,
        registryAddress,
        iamAddress,
        databaseUrl: postgres.connectionString(postgres.database),
        dataDirectory: this.dataDirectory,
        runsc: '/nonexistent/runsc',
        limits: { closeSeconds: 2, stopGraceSeconds: 1, ...limits },
        logger,
        ...settings,
      });
    this.worker = await this.startAgain();
    this.control = connect(WorkerServiceClient, this.grpcAddress);
    this.undo.push(() => this.control.close());
  }
}

/** Waits for something to become true, within a bound. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`It did not happen: ${what}`);
    await wait(20);
  }
}
