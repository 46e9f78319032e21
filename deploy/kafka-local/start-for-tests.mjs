import { existsSync } from 'node:fs';
import { join } from 'node:path';

const SAID = 'WINDLASS_TEST_KAFKA';

/**
 * For Jest's globalSetup: one broker serves all tests of a run, whichever packages they are in. Test processes read from the
 * environment where it is, or why there is none. Needs the build, as everything outside the test runner does.
 */
export async function startKafkaForTests() {
  if (process.env[SAID] !== undefined) return;
  const said = await start().catch((error) => ({ lacking: error.message }));
  process.env[SAID] = JSON.stringify(said);
  process.stderr.write('lacking' in said ? `tests with Kafka are skipped: ${said.lacking}\n` : `tests with Kafka use ${said.description}, ready after ${said.seconds} s\n`);
}

export async function stopKafkaForTests() {
  const broker = globalThis.kafkaForTests;
  globalThis.kafkaForTests = undefined;
  await broker?.stop();
}

async function start() {
  const only = process.env.WINDLASS_TEST_KAFKA_WITH;
  if (only === 'none') return { lacking: 'WINDLASS_TEST_KAFKA_WITH says none' };
  const built = join(import.meta.dirname, 'dist/index.js');
  if (!existsSync(built)) return { lacking: 'the packages are not built (npm run build)' };
  const { findKafka } = await import(built);
  const kafka = await findKafka(only);
  if ('lacking' in kafka) return kafka;
  const from = performance.now();
  const broker = await kafka.start();
  globalThis.kafkaForTests = broker;
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  return { description: broker.description, address: broker.address, proxy: broker.proxy, source: kafka.source, seconds };
}
