import { randomUUID } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { LogBatch } from '@windlass/contracts/logs/v1/log_batch';
import { ListLogHistogramRequest, LogSearchServiceClient, type ListLogHistogramResponse } from '@windlass/contracts/logs/v1/log_search_service';
import { LogServiceClient, QueryLogsRequest, type QueryLogsResponse } from '@windlass/contracts/logs/v1/log_service';
import { LogStreamServiceClient } from '@windlass/contracts/logs/v1/log_stream_service';
import { startPostgres } from '@windlass/embedded-postgres';
import { openEventBus, type EventBus } from '@windlass/event-bus';
import { PrincipalSigner } from '@windlass/principal';
import { createLogger } from '@windlass/telemetry';
import { Client } from 'pg';
import type { Bench } from '../frame/bench.js';
import type { WrittenLine } from './log-lines.js';

const MAIN = join(import.meta.dirname, '../../../../services/logs/dist/main.js');
const PRINCIPAL_KEY = Buffer.alloc(32, 9);
const DATABASE = 'bench';
const START_WITHIN_MS = 60_000;
/** As a worker ships them. */
export const LINES_A_BATCH = 500;
const BATCHES_A_PUBLISH = 32;

/** A log stream, and whose it is. Its ids stay the same where it is used again. */
export interface Stream {
  readonly domainId: string;
  readonly projectId: string;
  readonly groupId: string;
  readonly streamId: string;
}

export interface TimedLine extends WrittenLine {
  readonly milliseconds: number;
}

/** Batches as they travel on the bus, ready to be published. */
export type PackedLines = readonly { readonly topic: string; readonly key: string; readonly id: string; readonly payload: Uint8Array }[];

/**
 * The log service in a process of its own, with a PostgreSQL as durable as the platform's and the event bus in it: called as the edge
 * calls it, fed as workers feed it.
 */
export class LogService {
  private child: ChildProcess | undefined;
  private readonly signer = new PrincipalSigner(PRINCIPAL_KEY);
  private readonly address: string;
  private clients: { readonly logs: LogServiceClient; readonly streams: LogStreamServiceClient; readonly search: LogSearchServiceClient } | undefined;

  private constructor(
    private readonly url: string,
    private readonly bus: EventBus,
    socketFolder: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    this.address = `unix:${join(socketFolder, 'logs.sock')}`;
  }

  /** `dataFolder` keeps the database beyond the benchmark. */
  static async prepare(bench: Bench, { dataFolder, environment = {} }: { readonly dataFolder?: string | undefined; readonly environment?: Readonly<Record<string, string>> } = {}): Promise<LogService> {
    const folder = bench.folder();
    const server = await startPostgres({ dataDirectory: join(dataFolder ?? folder, 'postgres'), socketDirectory: join(folder, 'socket') });
    bench.cleanup(() => server.stop());
    await server.ensureDatabase(DATABASE);
    const url = server.connectionString(DATABASE);
    const bus = await openEventBus({ databaseUrl: url, publisher: 'bench', logger: createLogger('bench', { level: 'error' }) });
    bench.cleanup(() => bus.close());
    const service = new LogService(url, bus, folder, environment);
    bench.cleanup(() => service.stop());
    return service;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env.PATH,
        WINDLASS_LOGS_GRPC_ADDRESS: this.address,
        WINDLASS_DATABASE_URL: this.url,
        WINDLASS_PRINCIPAL_KEY: PRINCIPAL_KEY.toString('hex'),
        ...this.environment,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.child = child;
    const [logs, streams, search] = [LogServiceClient, LogStreamServiceClient, LogSearchServiceClient].map((service) => {
      return new service(this.address, credentials.createInsecure(), { 'grpc.max_receive_message_length': 64 * 1024 * 1024 });
    }) as [LogServiceClient, LogStreamServiceClient, LogSearchServiceClient];
    this.clients = { logs, streams, search };
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the log service ended at once (${code})`)));
      logs.waitForReady(Date.now() + START_WITHIN_MS, (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  async stop(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    for (const client of Object.values(this.clients ?? {})) client.close();
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  async newStream(): Promise<Stream> {
    const [domainId, projectId] = [randomUUID(), randomUUID()];
    const { logs } = this.running();
    const as = this.metadata({ domainId, projectId });
    const group = await called<{ log_group_id: string }>((done) =>
      logs.createLogGroup({ project_id: projectId, log_group_name: 'bench', log_group_name_alias: '', tags: [], ttl_in_days: 30 }, as, done),
    );
    const stream = await called<{ log_stream_id: string }>((done) =>
      logs.createLogStream({ project_id: projectId, log_group_id: group.log_group_id, log_stream_name: 'lines', log_stream_name_alias: '', enterprise_project_name: '', tags: [] }, as, done),
    );
    return { domainId, projectId, groupId: group.log_group_id, streamId: stream.log_stream_id };
  }

  query({ groupId, streamId, ...owner }: Stream, fields: Partial<QueryLogsRequest>): Promise<QueryLogsResponse> {
    const request = QueryLogsRequest.fromPartial({ project_id: owner.projectId, log_group_id: groupId, log_stream_id: streamId, highlight: false, ...fields });
    return called((done) => this.running().logs.queryLogs(request, this.metadata(owner), done));
  }

  histogram({ groupId, streamId, ...owner }: Stream, fields: Partial<ListLogHistogramRequest>): Promise<ListLogHistogramResponse> {
    const request = ListLogHistogramRequest.fromPartial({ project_id: owner.projectId, group_id: groupId, stream_id: streamId, ...fields });
    return called((done) => this.running().search.listLogHistogram(request, this.metadata(owner), done));
  }

  async publish(packed: PackedLines): Promise<void> {
    for (let from = 0; from < packed.length; from += BATCHES_A_PUBLISH) await this.bus.publish(packed.slice(from, from + BATCHES_A_PUBLISH));
  }

  /** Resolves when the log service has taken everything that was published. */
  async taken(): Promise<void> {
    while ((await this.behind()) > 0) await delay(20);
  }

  /** How many batches the log service has still to take. */
  async behind(): Promise<number> {
    const { groups } = await this.bus.status();
    return groups.filter(({ topic }) => topic === TOPIC).reduce((sum, { behind }) => sum + behind, 0);
  }

  /** Empties the bus of what was taken, which the platform does after an hour, and has the database write out what it holds. */
  async settle(): Promise<void> {
    await this.sql('TRUNCATE bus.messages');
    await this.sql('VACUUM ANALYZE');
    await this.sql('CHECKPOINT');
  }

  async sql<R>(statement: string): Promise<R[]> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query(statement)).rows as R[];
    } finally {
      await client.end();
    }
  }

  /** The process of the service. */
  get pid(): number {
    return this.child?.pid as number;
  }

  private running() {
    if (this.clients === undefined) throw new Error('the log service is not running');
    return this.clients;
  }

  private metadata({ domainId, projectId }: Pick<Stream, 'domainId' | 'projectId'>): Metadata {
    const metadata = new Metadata();
    this.signer.attach(metadata, Principal.fromPartial({ domain_id: domainId, project_id: projectId, user_id: 'bench', all_enterprise_projects: true }), { requestId: 'bench' });
    return metadata;
  }
}

const TOPIC = 'logs.lines';

export function packLines({ domainId, projectId, groupId, streamId }: Stream, lines: readonly TimedLine[]): PackedLines {
  const packed: { topic: string; key: string; id: string; payload: Uint8Array }[] = [];
  for (let from = 0; from < lines.length; from += LINES_A_BATCH) {
    const id = randomUUID();
    const payload = LogBatch.encode({
      batch_id: id,
      domain_id: domainId,
      project_id: projectId,
      log_group_id: groupId,
      log_stream_id: streamId,
      lines: lines.slice(from, from + LINES_A_BATCH).map(({ milliseconds, content, labels }) => ({ time_unix_nano: `${milliseconds}000000`, content, labels: labels as Record<string, string> })),
    }).finish();
    packed.push({ topic: TOPIC, key: streamId, id, payload });
  }
  return packed;
}

/** The same lines as new batches. A batch begins with its id, behind two bytes that say so. */
export function renewed(packed: PackedLines): PackedLines {
  return packed.map((message) => {
    const id = randomUUID();
    const payload = Buffer.from(message.payload);
    payload.write(id, 2, 'latin1');
    return { ...message, id, payload };
  });
}

function called<R>(call: (done: (error: ServiceError | null, response: R) => void) => unknown): Promise<R> {
  return new Promise((resolve, reject) => call((error, response) => (error === null ? resolve(response) : reject(error))));
}
