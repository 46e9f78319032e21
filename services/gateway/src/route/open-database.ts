import { DataSource } from 'typeorm';
import { CreateRoutes1763769600000 } from './create-routes.migration.js';
import { KnownRoute } from './known-route.entity.js';

const STATEMENT_TIMEOUT_MS = 30_000;

/** Connects to the service's database and brings its schema up to date. */
export async function openDatabase(url: string): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema: 'gateway',
    entities: [KnownRoute],
    migrations: [CreateRoutes1763769600000],
    migrationsTableName: 'migrations',
    applicationName: 'windlass gateway',
    connectTimeoutMS: 10_000,
    extra: { max: 4, statement_timeout: STATEMENT_TIMEOUT_MS },
  });
  await dataSource.initialize();
  try {
    // The table of migrations lives in the schema, so the schema comes before the first migration.
    await dataSource.query('CREATE SCHEMA IF NOT EXISTS gateway');
    await dataSource.runMigrations({ transaction: 'each' });
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}
