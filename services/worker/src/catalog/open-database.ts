import { DataSource } from 'typeorm';
import { KnownFunction } from './known-function.entity.js';
import { migrations } from './migrations.js';

const SCHEMA = 'worker';

/** Connects and brings the service's schema up to date. */
export async function openDatabase(databaseUrl: string): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    schema: SCHEMA,
    applicationName: 'windlass worker',
    connectTimeoutMS: 10_000,
    poolSize: 4,
    entities: [KnownFunction],
    migrations,
    migrationsTableName: 'migrations',
  });
  await dataSource.initialize();
  try {
    // The table that remembers the migrations lives in the schema too, so it must be there before the first of them.
    await dataSource.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
    await dataSource.runMigrations();
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}
