import { DataSource, type DataSourceOptions } from 'typeorm';
import { ApiGroupRow } from '../api-group/api-group.entity.js';
import { FunctionRow } from '../function/function.entity.js';
import { TriggerRow } from '../trigger/trigger.entity.js';
import { CreateRegistry1700000000000 } from './create-registry.migration.js';

/** Everything the registry keeps in PostgreSQL lives in this schema. */
export const SCHEMA = 'registry';

export function databaseOptions(url: string): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    schema: SCHEMA,
    entities: [FunctionRow, TriggerRow, ApiGroupRow],
    migrations: [CreateRegistry1700000000000],
    migrationsTableName: 'migrations',
    applicationName: 'windlass registry',
  };
}

/** Connects and brings the schema up to date. Several processes may start at once: one migrates, the others wait. */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options).initialize();
  try {
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const lock = `windlass migrations of ${SCHEMA}`;
  try {
    await runner.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lock]);
    await runner.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
    await dataSource.runMigrations({ transaction: 'each' });
    await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lock]);
  } finally {
    // After a failure the data source is closed, and the lock goes with its connection.
    await runner.release();
  }
}
