import { DataSource } from 'typeorm';
import { KeyRow } from './key/index.js';
import { migrations } from './migrations/index.js';

const STATEMENT_TIMEOUT_MS = 30_000;

/** Connects to the service's database and brings its schema up to date. */
export async function openDatabase(url: string): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema: 'kms',
    entities: [KeyRow],
    migrations,
    migrationsTableName: 'migrations',
    applicationName: 'windlass kms',
    connectTimeoutMS: 10_000,
    extra: { max: 10, statement_timeout: STATEMENT_TIMEOUT_MS },
  });
  await dataSource.initialize();
  try {
    // The table of migrations lives in the schema, so the schema comes before the first migration.
    await dataSource.query('CREATE SCHEMA IF NOT EXISTS kms');
    await dataSource.runMigrations({ transaction: 'each' });
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
