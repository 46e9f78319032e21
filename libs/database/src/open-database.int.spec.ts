import { startTemporaryPostgres, type TemporaryPostgres } from '@windlass/embedded-postgres';
import { Column, type DataSource, Entity, type MigrationInterface, PrimaryColumn, type QueryRunner } from 'typeorm';
import { openDatabase } from './open-database.js';

@Entity({ name: 'notes' })
class Note {
  @PrimaryColumn({ type: 'text' })
  id: string;

  @Column({ type: 'text' })
  text: string;
}

class CreateNotes1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE notebook.notes (id text PRIMARY KEY, text text NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE notebook.notes');
  }
}

class Broken1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE notebook.half (id text)');
    await runner.query('SELECT 1 / 0');
  }

  async down(): Promise<void> {
    throw new Error('never was up');
  }
}

describe('a service’s database', () => {
  let postgres: TemporaryPostgres;
  const opened: DataSource[] = [];

  beforeAll(async () => {
    postgres = await startTemporaryPostgres();
  });
  afterAll(async () => {
    await Promise.all(opened.map((dataSource) => dataSource.destroy()));
    await postgres.stop();
  });

  const open = async (migrations: (new () => MigrationInterface)[] = [CreateNotes1700000000000]): Promise<DataSource> => {
    const dataSource = await openDatabase({ url: postgres.connectionString('windlass'), schema: 'notebook', entities: [Note], migrations, poolSize: 2 });
    opened.push(dataSource);
    return dataSource;
  };

  it('is made by whichever of several processes comes first, once', async () => {
    const all = await Promise.all([open(), open(), open()]);
    await all[0]?.manager.insert(Note, { id: '1', text: 'größe' });
    expect(await all[2]?.manager.findOneBy(Note, { id: '1' })).toMatchObject({ text: 'größe' });
    expect(await all[1]?.query('SELECT count(*)::int AS applied FROM notebook.migrations')).toEqual([{ applied: 1 }]);
  });

  it('ends a statement that takes too long, on every connection', async () => {
    const dataSource = await open();
    const timeouts = await Promise.all([1, 2].map(() => dataSource.query('SHOW statement_timeout')));
    expect(timeouts.flat()).toEqual([{ statement_timeout: '30s' }, { statement_timeout: '30s' }]);
  });

  it('keeps nothing of a migration that fails, and lets the next process try', async () => {
    await expect(open([CreateNotes1700000000000, Broken1700000000001])).rejects.toThrow('division by zero');
    const dataSource = await open();
    expect(await dataSource.query("SELECT to_regclass('notebook.half') AS half")).toEqual([{ half: null }]);
  });
});
