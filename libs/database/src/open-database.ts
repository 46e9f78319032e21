import { DataSource, type DataSourceOptions } from 'typeorm';

export interface ServiceDatabase {
  /** A PostgreSQL URL. */
  readonly url: string;
  /** Schema that only this service reads and writes; also its name in the server's list of connections. */
  readonly schema: string;
  readonly entities: NonNullable<DataSourceOptions['entities']>;
  /** Migration classes, oldest first. */
  readonly migrations: NonNullable<DataSourceOptions['migrations']>;
  /** Connections at once. */
  readonly poolSize: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
// No statement of a service is meant to take long; one that does would hold its locks and its connection.
const STATEMENT_TIMEOUT_MS = 30_000;

/** Connects to the service's schema and runs the migrations it lacks. Nothing stays open when that fails. */
export async function openDatabase({ url, schema, entities, migrations, poolSize }: ServiceDatabase): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema,
    entities,
    migrations,
    migrationsTableName: 'migrations',
    applicationName: `windlass ${schema}`,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolSize,
    extra: { statement_timeout: STATEMENT_TIMEOUT_MS },
  });
  await dataSource.initialize();
  try {
    await migrate(dataSource, schema);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** Under a lock, so that processes of one service that start together do not race; a migration may take as long as it needs. */
async function migrate(dataSource: DataSource, schema: string): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const lock = `windlass migrations of ${schema}`;
  try {
    await runner.query('SET statement_timeout = 0');
    await runner.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lock]);
    // The table of migrations lives in the schema too, so the schema comes before the first migration.
    await runner.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    await dataSource.runMigrations({ transaction: 'each' });
    await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock]);
    await runner.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
  } finally {
    // After a failure the data source is closed, and the lock goes with its connection.
    await runner.release();
  }
}
