import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres } from '@windlass/embedded-postgres';
import type { Bench } from './frame/bench.js';
import type { Row } from './frame/benchmark.js';
import { interleaved, medianOf } from './frame/rounds.js';
import { REPOSITORY, storeReleasedEvents } from './peers/released-events.js';

const EVENTS = 200_000;
/** How often each change happens. */
const CHANGES = 10;
const ROUNDS = 3;
const SERVICES = ['iam', 'kms', 'logs', 'registry'] as const;
type Service = (typeof SERVICES)[number];

export const name = 'projection-rebuild';
export const reach = '≥ 50,000 events/s';
export const measures = `\`main.js rebuild\` of each service that keeps events: all its read models made again, as operators do it, from a log of ${EVENTS.toLocaleString('en')} events. They
are the events of \`fixtures/events\`, which hold every type the service stores, many times over with other ids, changes ${CHANGES} times each, and no event
beside another of its stream; the database is as durable as the platform's. Timed is the rebuilding from its first statement to its commit, without the start of the program.`;

export async function run(bench: Bench): Promise<readonly Row[]> {
  const folder = bench.folder();
  const server = await startPostgres({ dataDirectory: join(folder, 'data'), socketDirectory: join(folder, 'socket') });
  bench.cleanup(() => server.stop());
  await server.ensureDatabase('bench');
  const url = server.connectionString('bench');
  const client = new Client({ connectionString: url });
  await client.connect();
  bench.cleanup(() => client.end());
  const stored = {} as Record<Service, number>;
  for (const service of SERVICES) {
    await rebuilt(service, url); // Makes the tables.
    stored[service] = await storeReleasedEvents(client, service, { atLeast: EVENTS, changes: CHANGES });
  }
  const sides = Object.fromEntries(SERVICES.map((service) => [service, () => rebuilt(service, url)])) as Record<Service, () => Promise<Rebuilt>>;
  const rounds = await interleaved(sides, ROUNDS);
  return SERVICES.map((service) => {
    const least = Math.min(...rounds.map((round) => round[service].events));
    if (least < stored[service] * 0.9) throw new Error(`${service} rebuilt ${least} of ${stored[service]} events`);
    const speed = medianOf(rounds, (round) => round[service].events / round[service].seconds);
    return { what: service, measured: `${speed.toFixed(0)} events/s (${least} events)`, reach: '≥ 50,000', met: speed >= 50_000 };
  });
}

interface Rebuilt {
  readonly events: number;
  readonly seconds: number;
}

/** What the service says of its rebuilding. */
async function rebuilt(service: Service, databaseUrl: string): Promise<Rebuilt> {
  const key = '07'.repeat(32);
  const address = 'unix:/nobody-listens-here';
  const child = spawn(process.execPath, [join(REPOSITORY, 'services', service, 'dist/main.js'), 'rebuild'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      WINDLASS_DATABASE_URL: databaseUrl,
      WINDLASS_REGION: 'local-1',
      WINDLASS_PRINCIPAL_KEY: key,
      WINDLASS_IAM_SECRETS_KEY: key,
      WINDLASS_KMS_ROOT_KEY: key,
      WINDLASS_REGISTRY_SECRETS_KEY: key,
      WINDLASS_PACKAGE_DIRECTORY: '/nothing-lies-here',
      WINDLASS_API_PUBLIC_URL: 'http://127.0.0.1:1',
      ...Object.fromEntries(['IAM_GRPC', 'LOGS_GRPC', 'KMS_GRPC', 'REGISTRY_GRPC', 'IAM', 'LOGS', 'KMS', 'REGISTRY'].map((name) => [`WINDLASS_${name}_ADDRESS`, address])),
    },
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const line = output.split('\n').find((text) => text.includes('read models rebuilt'));
  if (code !== 0 || line === undefined) throw new Error(`${service} was not rebuilt (${code}): ${output}`);
  return JSON.parse(line) as Rebuilt;
}
