import { DataSource } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { createEventTables } from '../event-tables.js';

/** A server of its own with a connected data source; every schema asked for has event tables. */
export class StoreFixture {
  private schemas = 0;

  private constructor(
    readonly server: TemporaryPostgres,
    readonly dataSource: DataSource,
  ) {}

  static async start(): Promise<StoreFixture> {
    const server = await startTemporaryPostgres();
    const dataSource = new DataSource({ type: 'postgres', url: server.connectionString(server.database) });
    return new StoreFixture(server, await dataSource.initialize());
  }

  async newSchema(): Promise<string> {
    const schema = `s${++this.schemas}`;
    const runner = this.dataSource.createQueryRunner();
    try {
      await createEventTables(runner, schema);
    } finally {
      await runner.release();
    }
    return schema;
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
    await this.server.stop();
  }
}
