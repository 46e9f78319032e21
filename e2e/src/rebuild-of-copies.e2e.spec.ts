import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AccountEvent } from '@windlass/contracts/iam/v1/iam_events';
import { FunctionSpec, Route } from '@windlass/contracts/registry/v1/catalog';
import { FunctionEvent, RouteEvent } from '@windlass/contracts/registry/v1/registry_events';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { PostgresEventBus, type BusMessage } from '@windlass/event-bus';
import { createLogger } from '@windlass/telemetry';
import { Client } from 'pg';

const run = promisify(execFile);
const KEY = '5'.repeat(64);
// Nobody listens here: the command asks the bus and its own database, and nobody else.
const NOBODY = 'unix:/nonexistent/windlass.sock';

const account = (domain_id: string, status: string, revision: number): BusMessage => ({
  topic: 'iam.accounts',
  key: domain_id,
  id: randomUUID(),
  payload: AccountEvent.encode({ domain_id, status, quotas: { user: 3 }, isolation: 'standard', revision }).finish(),
});
const route = (route_id: string, revision: number): BusMessage => ({
  topic: 'registry.routes',
  key: 'group',
  id: randomUUID(),
  payload: RouteEvent.encode({ change: { $case: 'put', value: Route.fromPartial({ route_id, group_id: 'group', revision }) } }).finish(),
});
const version = (func_id: string, revision: number): BusMessage => ({
  topic: 'registry.functions',
  key: func_id,
  id: randomUUID(),
  payload: FunctionEvent.encode({ change: { $case: 'put', value: FunctionSpec.fromPartial({ func_id, version: 'latest', revision, domain_id: 'a' }) } }).finish(),
});

describe('`main.js rebuild` of a service that keeps copies of what others publish', () => {
  let postgres: TemporaryPostgres;
  let bus: PostgresEventBus;
  let busUrl: string;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    busUrl = postgres.connectionString(postgres.database);
    bus = await PostgresEventBus.open({ connectionString: busUrl, logger: createLogger('spec', { level: 'silent' }) });
    await bus.publish([account('a', 'active', 1), account('b', 'active', 1), account('a', 'suspended', 2), route('r1', 1), route('r2', 1), route('r1', 2), version('f1', 1), version('f2', 1), version('f1', 2)]);
  });
  afterAll(async () => {
    await bus?.close();
    await postgres?.stop();
  });

  const settings = (databaseUrl: string): Record<string, string> => ({
    WINDLASS_DATABASE_URL: databaseUrl,
    WINDLASS_BUS_URL: busUrl,
    WINDLASS_PRINCIPAL_KEY: KEY,
    WINDLASS_REGION: 'local-1',
    WINDLASS_KMS_ROOT_KEY: KEY,
    WINDLASS_REGISTRY_SECRETS_KEY: KEY,
    WINDLASS_PACKAGE_DIRECTORY: '/nonexistent/packages',
    WINDLASS_WORKER_ID: 'w1',
    WINDLASS_WORKER_DATA_SOCKET: '/nonexistent/data.sock',
    WINDLASS_WORKER_DATA_DIR: '/nonexistent/worker',
    WINDLASS_WORKER_SOCKETS: '/nonexistent/data.sock',
    ...Object.fromEntries(
      ['IAM', 'IAM_GRPC', 'REGISTRY', 'REGISTRY_GRPC', 'KMS_GRPC', 'LOGS_GRPC', 'GATEWAY_GRPC', 'WORKER_GRPC'].map((name) => [`WINDLASS_${name}_ADDRESS`, NOBODY]),
    ),
  });

  it.each([
    ['gateway', { accounts: { a: '2', b: '1' }, routes: { r1: '2', r2: '1' } }],
    ['kms', { accounts: { a: '2', b: '1' } }],
    ['logs', { accounts: { a: '2', b: '1' } }],
    ['registry', { accounts: { a: '2', b: '1' } }],
    ['worker', { accounts: { a: '2', b: '1' }, functions: { f1: '2', f2: '1' } }],
  ])('makes those of %s again as they were, whatever had become of them', async (service, published: Readonly<Record<string, Readonly<Record<string, string>>>>) => {
    const database = `rebuilt_${service}`;
    await postgres.ensureDatabase(database);
    const databaseUrl = postgres.connectionString(database);
    const rebuild = () => run(process.execPath, [join(import.meta.dirname, `../../services/${service}/dist/main.js`), 'rebuild'], { env: settings(databaseUrl), timeout: 90_000 });
    const client = new Client({ connectionString: databaseUrl });
    const identity: Readonly<Record<string, string>> = { accounts: 'domain_id', routes: 'route_id', functions: 'func_id' };
    /** By table: each row's revision. */
    const copies = async () => {
      const found: Record<string, Record<string, string>> = {};
      for (const table of Object.keys(published)) {
        const { rows } = await client.query<{ id: string; revision: string }>(`SELECT ${identity[table]} AS id, revision FROM ${service}.${table}`);
        found[table] = Object.fromEntries(rows.map(({ id, revision }) => [id, revision]));
      }
      return found;
    };

    await rebuild();
    await client.connect();
    try {
      expect(await copies()).toEqual(published);
      for (const table of Object.keys(published)) {
        // One row is newer than anything that was published, the other is about something that never was.
        await client.query(`UPDATE ${service}.${table} SET revision = 99 WHERE ${identity[table]} LIKE '%1' OR ${identity[table]} = 'a'`);
        await client.query(`UPDATE ${service}.${table} SET ${identity[table]} = 'stranger' WHERE revision < 99`);
      }
      expect(await copies()).not.toEqual(published);
      await rebuild();
      expect(await copies()).toEqual(published);
    } finally {
      await client.end();
    }
    const { groups, stoppedKeys } = await bus.status();
    expect(stoppedKeys).toEqual([]);
    const own = groups.filter(({ group }) => group.split('.')[0] === service);
    expect(own).toHaveLength(Object.keys(published).length);
    expect(own.every(({ behind }) => behind === 0)).toBe(true);
  });
});
