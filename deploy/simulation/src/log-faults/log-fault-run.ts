import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Metadata } from '@grpc/grpc-js';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { LogServiceClient, QueryLogsRequest } from '@windlass/contracts/logs/v1/log_service';
import { startPostgres, type RunningPostgres } from '@windlass/embedded-postgres';
import { openEventBus } from '@windlass/event-bus';
import { connect, type Remote } from '@windlass/grpc';
import type { Broker } from '@windlass/kafka-local';
import { PrincipalSigner } from '@windlass/principal';
import { createLogger } from '@windlass/telemetry';

export type Victim = 'worker' | 'log service' | 'database' | 'broker';

const PRINCIPAL_KEY = Buffer.alloc(32, 7);
const LOG_SERVICE = join(import.meta.dirname, '../../../../services/logs/dist/main.js');
const WRITER = join(import.meta.dirname, 'writer.mjs');
const DATABASE = 'windlass';
const PATIENCE_MS = 90_000;
const ROWS = 5_000;

interface Destination {
  readonly domainId: string;
  readonly projectId: string;
  readonly groupId: string;
  readonly streamId: string;
}

/** A worker's shipping, the log service, PostgreSQL and, where one is given, Kafka, each a process that can be killed. */
export class LogFaultRun {
  /** Of each instance, up to which line it was acknowledged. */
  readonly acknowledged = new Map<string, number>();
  private readonly directory = mkdtempSync(join(tmpdir(), 'windlass-log-faults-'));
  private readonly prefix = `log-faults-${this.directory.slice(-6)}`;
  private readonly signer = new PrincipalSigner(PRINCIPAL_KEY);
  private readonly running = new Map<'worker' | 'log service', ChildProcess>();
  private readonly destinations: Destination[] = [];
  private readonly logs: Remote<LogServiceClient>;
  private heard: () => void = () => undefined;
  private postgres!: RunningPostgres;
  private ending = false;

  private constructor(private readonly broker: Broker | undefined) {
    this.logs = connect(LogServiceClient, this.address);
  }

  static async start(broker: Broker | undefined): Promise<LogFaultRun> {
    const run = new LogFaultRun(broker);
    try {
      run.postgres = await run.startDatabase();
      await run.postgres.ensureDatabase(DATABASE);
      run.launch('log service');
      for (const name of ['ann', 'bob']) await run.addStream(`${name}-account`, `${name}-project`);
      run.launch('worker');
      return run;
    } catch (error) {
      await run.end();
      throw error;
    }
  }

  /** Resolves when so many lines more of each stream were acknowledged. */
  async acknowledges(count: number): Promise<void> {
    const total = (): number => [...this.acknowledged.values()].reduce((sum, number) => sum + number, 0);
    const wanted = total() + count;
    for (const deadline = Date.now() + PATIENCE_MS; total() < wanted; ) {
      if (Date.now() > deadline) throw new Error(`Only ${total()} of ${wanted} lines were acknowledged in time.`);
      await Promise.race([new Promise<void>((resolve) => (this.heard = resolve)), delay(200)]);
    }
  }

  /** SIGKILL, and another in its place. `whileDown` runs before the other one starts. */
  async kill(victim: Victim, whileDown: () => Promise<void> = async () => undefined): Promise<void> {
    if (victim === 'broker') {
      await this.broker?.kill();
      await whileDown();
      await this.broker?.restart();
    } else if (victim === 'database') {
      process.kill(Number(readFileSync(join(this.directory, 'data/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
      await this.postgres.ended;
      await whileDown();
      this.postgres = await this.startDatabase();
    } else {
      // It is launched again when it has ended, as a supervisor does.
      const child = this.running.get(victim) as ChildProcess;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  }

  /** Ends the writing, waits until all that was acknowledged is ingested, and reads each stream. */
  async finish(): Promise<readonly (readonly string[])[]> {
    const writer = this.running.get('worker') as ChildProcess;
    this.running.delete('worker');
    const ended = once(writer, 'exit');
    writer.kill('SIGTERM');
    await within(ended, 'the writer ships all it has');
    await this.caughtUp();
    return Promise.all(this.destinations.map((destination) => this.linesOf(destination)));
  }

  async end(): Promise<void> {
    this.ending = true;
    this.logs.close();
    for (const child of this.running.values()) child.kill('SIGKILL');
    await this.postgres?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get address(): string {
    return `unix:${join(this.directory, 'logs.sock')}`;
  }

  private get databaseUrl(): string {
    return this.postgres.connectionString(DATABASE);
  }

  private startDatabase(): Promise<RunningPostgres> {
    // Durable: what was acknowledged is to survive the kill.
    return startPostgres({ dataDirectory: join(this.directory, 'data'), socketDirectory: join(this.directory, 'socket'), durable: true });
  }

  private launch(name: 'worker' | 'log service'): void {
    const kafka = this.broker === undefined ? {} : { WINDLASS_KAFKA_BROKERS: this.broker.address, WINDLASS_KAFKA_PREFIX: this.prefix };
    const environment = { PATH: process.env['PATH'], WINDLASS_LOGS_GRPC_ADDRESS: this.address, WINDLASS_DATABASE_URL: this.databaseUrl, WINDLASS_PRINCIPAL_KEY: PRINCIPAL_KEY.toString('hex'), ...kafka };
    const task = {
      databaseUrl: this.databaseUrl,
      ...(this.broker === undefined ? {} : { kafka: { brokers: [this.broker.address], prefix: this.prefix } }),
      spoolDirectory: join(this.directory, 'spool'),
      destinations: this.destinations,
    };
    const program = name === 'worker' ? [WRITER, JSON.stringify(task)] : [LOG_SERVICE];
    // Tied to this process: the kernel ends it with it.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, ...program], { stdio: ['ignore', 'pipe', name === 'worker' ? 'inherit' : 'ignore'], env: environment });
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => this.hear(line));
    this.running.set(name, child);
    child.once('exit', () => {
      if (!this.ending && this.running.get(name) === child) setTimeout(() => this.ending || this.launch(name), 50);
    });
  }

  private hear(line: string): void {
    const [, instance, number] = /^ack (\S+) (\d+)$/.exec(line) ?? [];
    if (instance !== undefined) this.acknowledged.set(instance, Math.max(this.acknowledged.get(instance) ?? 0, Number(number)));
    this.heard();
  }

  private async addStream(domainId: string, projectId: string): Promise<void> {
    const groupId = await persistently(async () => (await this.logs.createLogGroup({ project_id: projectId, log_group_name: 'g', log_group_name_alias: '', tags: [] }, this.as(domainId, projectId))).log_group_id);
    const stream = await this.logs.createLogStream({ project_id: projectId, log_group_id: groupId, log_stream_name: 's', log_stream_name_alias: '', enterprise_project_name: '', tags: [] }, this.as(domainId, projectId));
    this.destinations.push({ domainId, projectId, groupId, streamId: stream.log_stream_id });
  }

  private async caughtUp(): Promise<void> {
    const kafka = this.broker === undefined ? undefined : { brokers: [this.broker.address], prefix: this.prefix };
    const bus = await persistently(() => openEventBus({ databaseUrl: this.databaseUrl, kafka, publisher: 'log-faults-test', logger: createLogger('test', { level: 'silent' }) }));
    try {
      const behind = async (): Promise<number> => {
        const { groups } = await bus.status();
        return groups.filter(({ topic }) => topic === 'logs.lines').reduce((sum, group) => sum + group.behind, 0);
      };
      await persistently(async () => {
        const left = await behind();
        if (left > 0) throw new Error(`The log service is ${left} batches behind.`);
      });
    } finally {
      await bus.close();
    }
  }

  private async linesOf({ domainId, projectId, groupId, streamId }: Destination): Promise<string[]> {
    const lines: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const window = { start_time: String(Date.now() - 3_600_000), end_time: String(Date.now() + 3_600_000) };
      const request = QueryLogsRequest.fromPartial({ project_id: projectId, log_group_id: groupId, log_stream_id: streamId, ...window, limit: ROWS, highlight: false, ...(cursor === undefined ? {} : { line_num: cursor }) });
      const { logs } = await persistently(() => this.logs.queryLogs(request, this.as(domainId, projectId)));
      lines.push(...logs.map(({ content }) => content));
      const last = logs.at(-1);
      if (last === undefined) return lines;
      cursor = last.line_num;
    }
  }

  private as(domain_id: string, project_id: string): { readonly metadata: Metadata } {
    const metadata = new Metadata();
    this.signer.attach(metadata, Principal.fromPartial({ domain_id, project_id, user_id: 'u1', all_enterprise_projects: true }), { requestId: 'r1' });
    return { metadata };
  }
}

/** What it needs may be down for a while. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}

async function within(promise: Promise<unknown>, what: string): Promise<void> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  await Promise.race([promise, once(late, 'abort').then(() => Promise.reject(new Error(`It did not happen in time: ${what}`)))]);
}
