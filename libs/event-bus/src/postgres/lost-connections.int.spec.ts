import { Pool } from 'pg';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { createLogger } from '@windlass/telemetry';
import { surviveLostConnections } from './lost-connections.js';

describe('a connection that is lost', () => {
  let postgres: TemporaryPostgres;
  let pool: Pool;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    pool = new Pool({ connectionString: postgres.connectionString(postgres.database), max: 2 });
    surviveLostConnections(pool, createLogger('spec', { level: 'silent' }));
  });
  afterAll(async () => {
    await pool?.end();
    await postgres?.stop();
  });

  it('while it is lent out, between two statements, fails the next one and not the process', async () => {
    const client = await pool.connect();
    const lost = new Promise((resolve) => client.once('end', resolve));
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await lost;
    await expect(client.query('SELECT 1')).rejects.toThrow();
    client.release(true);
    await expect(pool.query('SELECT 1 AS one')).resolves.toMatchObject({ rows: [{ one: 1 }] });
  });
});
