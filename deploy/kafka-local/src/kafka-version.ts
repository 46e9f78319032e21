import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the sources and beside what is built of them alike. */
export const POM = join(import.meta.dirname, '..', 'pom.xml');

/** The broker's version, named once: in the pom. */
export function kafkaVersion(): string {
  const version = /<artifactId>kafka_[\d.]+<\/artifactId>\s*<version>([\d.]+)<\/version>/.exec(readFileSync(POM, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${POM} names no version of Kafka.`);
  return version;
}
