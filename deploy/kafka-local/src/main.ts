import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { findKafka, type KafkaSource } from './index.js';

const HELP = `Starts one Apache Kafka broker on this machine, until Ctrl-C.

Usage: npm run kafka [-- options]

  --port PORT       where clients connect; any free port when absent
  --data-dir PATH   keeps the data there; without it the data goes when the broker stops
  --with SOURCE     docker or jars; Docker where it runs, else the jars
`;

const { values } = parseArgs({ options: { port: { type: 'string' }, 'data-dir': { type: 'string' }, with: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
const { port, with: source } = values;
const directory = values['data-dir'];
if (values.help) {
  process.stdout.write(HELP);
} else if (source !== undefined && source !== 'docker' && source !== 'jars') {
  fail(`--with: "${source}" is neither docker nor jars`);
} else if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
  fail(`--port: "${port}" is not a port (1 to 65535)`);
} else {
  await serve(source);
}

async function serve(source: KafkaSource | undefined): Promise<void> {
  const kafka = await findKafka(source);
  if ('lacking' in kafka) return fail(`Kafka cannot be started on this machine: ${kafka.lacking}`);
  const starting = kafka.start({ ...(port === undefined ? {} : { port: Number(port) }), ...(directory === undefined ? {} : { dataDirectory: resolve(directory) }) });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void starting.then((broker) => broker.stop()).finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const broker = await starting.catch((error: Error) => error);
  if (broker instanceof Error) return stopping ? undefined : fail(broker.message);
  if (!stopping) process.stdout.write(`${broker.description} is ready at ${broker.address}\n\n  WINDLASS_KAFKA_BROKERS=${broker.address} npm start\n`);
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
