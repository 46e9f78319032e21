import type { Broker, BrokerOptions } from './broker.js';
import { resolveClassPath } from './class-path.js';
import { DockerBroker } from './docker-broker.js';
import { JarBroker } from './jar-broker.js';
import { run } from './run.js';

export type KafkaSource = 'docker' | 'jars';
export type FoundKafka = { readonly source: KafkaSource; start(options?: BrokerOptions): Promise<Broker> } | { readonly lacking: string };

/**
 * What this machine can run Kafka with: Docker where its daemon answers, else the broker's own jars where Java and Maven are.
 * `only` looks for one of them alone.
 */
export async function findKafka(only?: KafkaSource): Promise<FoundKafka> {
  const reasons: string[] = [];
  if (only !== 'jars') {
    if ((await run('docker', ['version', '--format', '{{.Server.Version}}'], 20_000)).ok) return { source: 'docker', start: (options) => DockerBroker.start(options) };
    reasons.push('no Docker daemon answers');
  }
  if (only !== 'docker') {
    const found = await resolveClassPath();
    if ('jars' in found) return { source: 'jars', start: (options) => JarBroker.start(found.jars, options) };
    reasons.push(found.lacking);
  }
  return { lacking: reasons.join(', and ') };
}
