import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { READY_WITHIN_MS, type Broker, type BrokerOptions } from './broker.js';
import { freePorts } from './free-ports.js';
import { kafkaVersion } from './kafka-version.js';
import { run } from './run.js';
import { propertiesFile, serverProperties, type BrokerPorts } from './server-properties.js';

// A small heap, the collector and the compiler that start fastest: this broker serves one machine.
const JVM = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError', '-Djava.awt.headless=true'];
const STOP_WITHIN_MS = 20_000;
const READY = 'Kafka Server started';
const LOGGING = `
rootLogger.level=warn
rootLogger.appenderRef.out.ref=OUT
logger.started.name=kafka.server.KafkaRaftServer
logger.started.level=info
appender.out.type=Console
appender.out.name=OUT
appender.out.target=SYSTEM_OUT
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1} %m%n
`;

/** Apache Kafka in a Java process of its own, tied to this one. */
export class JarBroker implements Broker {
  readonly description = `Apache Kafka ${kafkaVersion()} from its jars`;
  private child: ChildProcess | undefined;

  private constructor(
    private readonly jars: string,
    private readonly directory: string,
    private readonly temporary: boolean,
    private readonly ports: BrokerPorts,
  ) {}

  static async start(jars: string, options: BrokerOptions = {}): Promise<JarBroker> {
    const [client, behindProxy, proxy, controller] = (await freePorts(4)) as [number, number, number, number];
    const ports: BrokerPorts = { client: options.port ?? client, behindProxy, proxy, controller };
    const directory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'windlass-kafka-'));
    const broker = new JarBroker(jars, directory, options.dataDirectory === undefined, ports);
    try {
      await broker.format();
      await broker.restart();
      return broker;
    } catch (error) {
      await broker.stop();
      throw error;
    }
  }

  get address(): string {
    return `127.0.0.1:${this.ports.client}`;
  }

  get proxy(): Broker['proxy'] {
    return { port: this.ports.proxy, target: this.ports.behindProxy };
  }

  async restart(): Promise<void> {
    if (this.child !== undefined) throw new Error('The broker is running.');
    const log = openSync(this.logFile, 'w', 0o600);
    const java = ['java', ...JVM, `-Dlog4j2.configurationFile=${this.file('log4j2.properties')}`, '-cp', this.jars, 'kafka.Kafka', this.file('server.properties')];
    // The kernel ends it with this process, even when this one is killed.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...java], { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.child = child;
    const ended = once(child, 'exit');
    ended.catch(() => undefined);
    for (const deadline = Date.now() + READY_WITHIN_MS; !this.log().includes(READY); await delay(50)) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
        this.child = undefined;
        throw new Error(`Kafka did not start:\n${this.log().slice(-4_000)}`);
      }
      if (Date.now() > deadline) throw new Error(`Kafka was not ready within ${READY_WITHIN_MS} ms:\n${this.log().slice(-4_000)}`);
    }
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    if (this.temporary) rmSync(this.directory, { recursive: true, force: true });
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(timer);
  }

  /** Prepares an empty directory; what was formatted before keeps its data and its identity. */
  private async format(): Promise<void> {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    writeFileSync(this.file('log4j2.properties'), LOGGING);
    writeFileSync(this.file('server.properties'), propertiesFile(serverProperties(this.ports, this.file('data'))));
    if (existsSync(this.file('data/meta.properties'))) return;
    // An id that began with "-" would be taken for an option.
    const clusterId = `W${randomBytes(16).toString('base64url').slice(1)}`;
    const format = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', this.jars, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', this.file('server.properties')];
    const { ok, output } = await run('java', format, READY_WITHIN_MS);
    if (!ok) throw new Error(`Kafka's storage could not be formatted:\n${output}`);
  }

  private file(name: string): string {
    return join(this.directory, name);
  }

  private get logFile(): string {
    return this.file('broker.log');
  }

  private log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }
}
