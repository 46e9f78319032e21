import type { EntityManager } from 'typeorm';

/** A statement that a connection parses and plans once, whatever it is called with. The name stands for this text alone. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** Runs it on the manager's own connection, or on any one of the pool. Errors are the driver's own. */
export async function runPrepared<Row>(manager: EntityManager, statement: PreparedStatement, values: readonly unknown[]): Promise<Row[]> {
  const runner = manager.queryRunner ?? manager.dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as PreparingClient;
    const { rows } = await client.query<Row>({ ...statement, values });
    return rows;
  } finally {
    if (runner !== manager.queryRunner) await runner.release();
  }
}

/** What TypeORM's PostgreSQL driver hands out as its connection; TypeORM itself has no word for a statement's name. */
interface PreparingClient {
  query<Row>(query: PreparedStatement & { readonly values: readonly unknown[] }): Promise<{ rows: Row[] }>;
}
