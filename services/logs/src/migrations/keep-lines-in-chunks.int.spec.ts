import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { createLogger } from '@windlass/telemetry';
import { openDatabase } from '../database.js';
import { PostgresLogStore } from '../postgres-log-store/index.js';
import { CreateAccounts1764000300000 } from './create-accounts.js';
import { CreateLogTables1764000000000 } from './create-log-tables.js';

const FIRST = 1_770_000_000_000_000_000n;

describe('putting lines that were rows into chunks', () => {
  let postgres: TemporaryPostgres;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
  });
  afterAll(() => postgres?.stop());

  it('loses and changes none of them', async () => {
    const url = postgres.connectionString(postgres.database);
    const before = await new DataSource({ type: 'postgres', url, schema: 'logs', migrationsTableName: 'migrations', migrations: [CreateLogTables1764000000000, CreateAccounts1764000300000] }).initialize();
    await before.query('CREATE SCHEMA logs');
    await before.runMigrations();
    const [group, stream, orphan] = [randomUUID(), randomUUID(), randomUUID()];
    await before.query(`INSERT INTO logs.log_groups VALUES ($1, 'd1', 'p1', 'g', '', 7, now())`, [group]);
    await before.query(`INSERT INTO logs.log_streams VALUES ($1, $2, 'd1', 'p1', 's', '', NULL, now())`, [stream, group]);
    for (const [id, lines] of [[stream, 12_000], [orphan, 3]] as const) {
      await before.query(
        `INSERT INTO logs.lines SELECT $1::uuid, $2::bigint + n * 10000000000, 'line ' || n || ' größe', jsonb_build_object('n', n::text), '{}', '{}' FROM generate_series(0, $3::integer - 1) AS n`,
        [id, String(FIRST), lines],
      );
      await before.query('INSERT INTO logs.stream_heads VALUES ($1, $2)', [id, String(FIRST + BigInt(lines - 1) * 10_000_000_000n)]);
    }
    await before.destroy();

    const after = await openDatabase(url);
    const store = new PostgresLogStore({ connectionString: url, logger: createLogger('test', { level: 'silent' }), now: () => Number(FIRST / 1_000_000n) });
    for (const [streamId, lines] of [[stream, 12_000], [orphan, 3]] as const) {
      const page = await store.query({ streamId, from: 0n, to: 2n ** 63n - 1n, labels: {} }, { order: 'ascending', limit: 100_000, deadline: Infinity });
      expect(page.lines).toHaveLength(lines);
      page.lines.forEach((line, n) => {
        if (line.content !== `line ${n} größe` || line.labels['n'] !== String(n) || line.lineNumber !== FIRST + BigInt(n) * 10_000_000_000n) throw new Error(`line ${n} is ${JSON.stringify(line.content)}`);
      });
    }
    expect(await store.append([{ batchId: randomUUID(), domainId: 'd1', projectId: 'p1', streamId: stream, lines: [{ time: String(FIRST), content: 'new', labels: {} }] }])).toEqual(['written']);
    await store.close();
    await after.destroy();
  });
});
