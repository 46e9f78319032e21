import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { READY_WITHIN_MS, type Broker, type BrokerOptions } from './broker.js';
import { freePorts } from './free-ports.js';
import { kafkaVersion } from './kafka-version.js';
import { run } from './run.js';
import { serverProperties, type BrokerPorts } from './server-properties.js';

const PULL_WITHIN_MS = 180_000;

/** The official image. The container is removed when it stops; one whose owner was killed is found by its label. */
export class DockerBroker implements Broker {
  readonly description = `Apache Kafka ${kafkaVersion()} in a container`;

  private constructor(
    private readonly name: string,
    private readonly ports: BrokerPorts,
  ) {}

  static async start(options: BrokerOptions = {}): Promise<DockerBroker> {
    const [client, behindProxy, proxy, controller] = (await freePorts(4)) as [number, number, number, number];
    const ports: BrokerPorts = { client: options.port ?? client, behindProxy, proxy, controller };
    const broker = new DockerBroker(`windlass-kafka-${randomBytes(6).toString('hex')}`, ports);
    const settings = Object.entries(serverProperties(ports, '/tmp/kafka-data', '0.0.0.0')).flatMap(([name, value]) => ['--env', `KAFKA_${name.toUpperCase().replaceAll('.', '_')}=${value}`]);
    const published = [ports.client, ports.behindProxy].flatMap((port) => ['--publish', `127.0.0.1:${port}:${port}`]);
    const volume = options.dataDirectory === undefined ? [] : ['--volume', `${options.dataDirectory}:/tmp/kafka-data`];
    const created = await run('docker', ['run', '--detach', '--label', 'windlass-kafka', '--name', broker.name, ...published, ...volume, '--env', 'KAFKA_HEAP_OPTS=-Xmx384m', ...settings, `apache/kafka:${kafkaVersion()}`], PULL_WITHIN_MS);
    try {
      if (!created.ok) throw new Error(`Docker did not start Kafka: ${created.output.trim()}`);
      await broker.ready(0);
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

  async kill(): Promise<void> {
    await this.docker('kill', this.name);
  }

  async restart(): Promise<void> {
    const before = await this.starts();
    await this.docker('start', this.name);
    await this.ready(before);
  }

  async stop(): Promise<void> {
    await run('docker', ['rm', '--force', '--volumes', this.name], 60_000);
  }

  private async ready(startsBefore: number): Promise<void> {
    for (const deadline = Date.now() + READY_WITHIN_MS; (await this.starts()) <= startsBefore; await delay(100)) {
      if (Date.now() > deadline) throw new Error(`Kafka was not ready within ${READY_WITHIN_MS} ms.`);
    }
  }

  /** How often the broker in the container has said that it is up. */
  private async starts(): Promise<number> {
    const { output } = await run('docker', ['logs', this.name], 20_000);
    return output.split('Kafka Server started').length - 1;
  }

  private async docker(...args: string[]): Promise<void> {
    const { ok, output } = await run('docker', args, 60_000);
    if (!ok) throw new Error(`docker ${args.join(' ')}: ${output.trim()}`);
  }
}
