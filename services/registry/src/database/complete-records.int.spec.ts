import type { DataSource } from 'typeorm';
import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { withEverySetting } from '../function/function.state.js';
import { aFunction } from '../function/testing/a-function.js';
import { aTrigger } from '../trigger/testing/a-trigger.js';
import { CompleteRecords1764000650000 } from './complete-records.migration.js';
import { openDatabase } from './database.js';

describe('read models made of the events of earlier releases', () => {
  let postgres: TemporaryPostgres;
  let dataSource: DataSource;

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
    dataSource = await openDatabase(postgres.connectionString(postgres.database));
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await postgres?.stop();
  });

  it('become what those events are read as today', async () => {
    const { agencies: _agencies, confinement: _confinement, ...settings } = aFunction().settings;
    const old = { ...aFunction(), settings: { ...settings, enterpriseProjectId: '' } };
    const full = aFunction({ settings: { ...aFunction().settings, enterpriseProjectId: 'e1', agencies: { configuration: 'a', execution: '', credentialsInHeaders: true } } });
    const { status: _status, ...oldTrigger } = aTrigger();
    for (const record of [old, full]) {
      await dataSource.query(
        `INSERT INTO registry.functions (stream_id, func_id, domain_id, project_id, enterprise_project_id, package, name, revision, code_digest, created_at, record)
         VALUES ($1, $1, 'd1', 'p1', '0', 'default', $1, 1, 'aa', now(), $2)`,
        [record === old ? 'old' : 'full', record],
      );
    }
    await dataSource.query(`INSERT INTO registry.function_versions (func_id, name, revision, code_digest, record) VALUES ('f1', 'v1', 1, 'aa', $1)`, [{ name: 'v1', description: '', function: old }]);
    await dataSource.query(
      `INSERT INTO registry.triggers (trigger_id, func_id, project_id, group_id, qualifier, path, method, revision, created_at, record)
       VALUES ('t1', 'f1', 'p1', 'g1', 'latest', '/', 'ANY', 1, now(), $1)`,
      [oldTrigger],
    );
    const runner = dataSource.createQueryRunner();
    await new CompleteRecords1764000650000().up(runner);
    await runner.release();
    const records = async (table: string) => (await dataSource.query<{ record: unknown }[]>(`SELECT record FROM registry.${table} ORDER BY 1`)).map(({ record }) => record);
    const functions = await dataSource.query<{ name: string; record: unknown }[]>('SELECT name, record FROM registry.functions ORDER BY name');
    expect(functions).toEqual([{ name: 'full', record: full }, { name: 'old', record: withEverySetting(old) }]);
    expect(await records('function_versions')).toEqual([{ name: 'v1', description: '', function: withEverySetting(old) }]);
    expect(await records('triggers')).toEqual([aTrigger()]);
  });
});
