import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { startPostgres, type RunningPostgres } from '@windlass/embedded-postgres';
import type { Broker } from '@windlass/kafka-local';
import { createEventTables } from '../event-tables.js';
import type { History } from './check-history.js';

export const PARTICIPANTS = ['writer', 'relay', 'consumer-1', 'consumer-2'] as const;
export type Participant = (typeof PARTICIPANTS)[number];

const SCHEMA = 'faults';
const DATABASE = 'windlass';
const STREAMS = 12;
const WRITERS = 4;
// Of how many effects the process dies before it could record one, and how often it does: a broker waits ten seconds for a member that
// died, and a slow machine, on which effects are small and many, is to get through a run too.
const DEATHS = { postgres: { chance: 0.05, most: 10 }, kafka: { chance: 0.01, most: 2 } };
const PATIENCE_MILLISECONDS = 90_000;

/** Writers, a relay and consumers as processes of their own over a PostgreSQL and, where one is given, a Kafka; each can be killed. */
export class FaultRun {
  readonly tried: string[] = [];
  readonly acknowledged: string[] = [];
  private readonly running = new Map<Participant, ChildProcess>();
  private readonly killed = new Set<ChildProcess>();
  private readonly stopping = new Set<ChildProcess>();
  private heardOf: () => void = () => undefined;
  private ending = false;
  /** Participants that died where they are made to die by chance, beside those that were killed. */
  readonly deaths: Participant[] = [];
  /** Participants that ended by themselves, as none may whatever is killed around it. */
  readonly crashes: Participant[] = [];

  private constructor(
    private readonly directory: string,
    private postgres: RunningPostgres,
    private readonly broker: Broker | undefined,
    private readonly prefix: string,
  ) {}

  static async start(broker: Broker | undefined): Promise<FaultRun> {
    const directory = mkdtempSync(join(tmpdir(), 'windlass-faults-'));
    const run = new FaultRun(directory, await FaultRun.startDatabase(directory), broker, `faults-${directory.slice(-6)}`);
    try {
      await run.postgres.ensureDatabase(DATABASE);
      await run.withDatabase(async (dataSource) => {
        const runner = dataSource.createQueryRunner();
        await createEventTables(runner, SCHEMA);
        await runner.release();
        await dataSource.query(`CREATE TABLE ${SCHEMA}.totals (stream text PRIMARY KEY, total integer NOT NULL, last text NOT NULL)`);
        await dataSource.query('CREATE SCHEMA heard');
        await dataSource.query('CREATE TABLE heard.streams (stream text PRIMARY KEY, revision integer NOT NULL)');
        await dataSource.query('CREATE TABLE heard.applied (place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream text, revision integer, operation text, consumer text)');
      });
      for (const participant of PARTICIPANTS) run.launch(participant);
      return run;
    } catch (error) {
      await run.end();
      throw error;
    }
  }

  /** Resolves when so many writes more were acknowledged. */
  async acknowledges(count: number): Promise<void> {
    const wanted = this.acknowledged.length + count;
    for (const deadline = Date.now() + PATIENCE_MILLISECONDS; this.acknowledged.length < wanted; ) {
      if (Date.now() > deadline) throw new Error(`Only ${this.acknowledged.length} of ${wanted} writes were acknowledged in time.`);
      await Promise.race([new Promise<void>((resolve) => (this.heardOf = resolve)), delay(200)]);
    }
  }

  /** SIGKILL, and another process in its place. */
  async killParticipant(participant: Participant): Promise<void> {
    const child = this.running.get(participant) as ChildProcess;
    const ended = once(child, 'exit');
    this.killed.add(child);
    child.kill('SIGKILL');
    await ended;
    this.launch(participant);
  }

  /** SIGKILL to the whole server, which then recovers. */
  async killDatabase(): Promise<void> {
    const pid = Number(readFileSync(join(this.directory, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await this.postgres.ended;
    this.postgres = await FaultRun.startDatabase(this.directory);
  }

  async killBroker(whileDown: () => Promise<void> = async () => undefined): Promise<void> {
    await this.broker?.kill();
    await whileDown();
    await this.broker?.restart();
  }

  /** Ends the writing, waits until everybody has heard everything, and reads what there is. */
  async finish(): Promise<{ readonly history: History; readonly schema: string; readonly databaseUrl: string }> {
    await this.stopParticipant('writer');
    const history = await this.withDatabase(async (dataSource) => {
      const count = async (table: string): Promise<number> => (await dataSource.query<{ count: number }[]>(`SELECT count(*)::int AS count FROM ${table}`))[0]?.count ?? 0;
      const written = await count(`${SCHEMA}.events`);
      for (const deadline = Date.now() + PATIENCE_MILLISECONDS; (await count('heard.applied')) < written && Date.now() < deadline; await delay(50));
      // Whatever is handed over twice is handed over by now or on its way: what is on its way is waited for.
      this.ending = true;
      for (const participant of ['relay', 'consumer-1', 'consumer-2'] as const) await this.stopParticipant(participant);
      const log = await dataSource.query<History['log'][number][]>(
        `SELECT stream_id AS stream, version, payload->>'operation' AS operation FROM ${SCHEMA}.events ORDER BY transaction_id, global_position`,
      );
      const applied = await dataSource.query<History['applied'][number][]>('SELECT stream, revision, operation FROM heard.applied ORDER BY place');
      return { tried: this.tried, acknowledged: this.acknowledged, log, applied };
    });
    return { history, schema: SCHEMA, databaseUrl: this.databaseUrl };
  }

  async end(): Promise<void> {
    this.ending = true;
    for (const child of this.running.values()) child.kill('SIGKILL');
    await this.postgres.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get databaseUrl(): string {
    return this.postgres.connectionString(DATABASE);
  }

  private static async startDatabase(directory: string): Promise<RunningPostgres> {
    // Durable: what was acknowledged is to survive the kill.
    return startPostgres({ dataDirectory: join(directory, 'data'), socketDirectory: join(directory, 'socket'), durable: true });
  }

  private launch(participant: Participant): void {
    const deaths = this.broker === undefined ? DEATHS.postgres : DEATHS.kafka;
    const task = {
      role: participant.split('-')[0],
      name: participant,
      databaseUrl: this.databaseUrl,
      ...(this.broker === undefined ? {} : { kafka: { brokers: [this.broker.address], prefix: this.prefix } }),
      schema: SCHEMA,
      streams: STREAMS,
      writers: WRITERS,
      deaths: this.deaths.filter((each) => each === participant).length < deaths.most ? deaths.chance : 0,
    };
    // Tied to this process: the kernel ends it with it.
    const program = join(import.meta.dirname, 'participant.mjs');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, program, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, operation] = line.split(' ') as [string, string];
      if (word === 'try') this.tried.push(operation);
      if (word === 'ack') this.acknowledged.push(operation);
      this.heardOf();
    });
    this.running.set(participant, child);
    child.once('exit', (_code, signal) => {
      if (this.ending || this.stopping.has(child) || this.killed.delete(child)) return;
      (signal === 'SIGKILL' ? this.deaths : this.crashes).push(participant);
      this.launch(participant);
    });
  }

  private async stopParticipant(participant: Participant): Promise<void> {
    const child = this.running.get(participant);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    this.stopping.add(child);
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MILLISECONDS);
    await ended;
    clearTimeout(late);
  }

  private async withDatabase<T>(work: (dataSource: DataSource) => Promise<T>): Promise<T> {
    const dataSource = await new DataSource({ type: 'postgres', url: this.databaseUrl }).initialize();
    try {
      return await work(dataSource);
    } finally {
      await dataSource.destroy();
    }
  }
}
