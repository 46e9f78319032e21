import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = {
  invocation_minutes: `
    func_id         text NOT NULL,
    version         text NOT NULL,
    minute          timestamptz NOT NULL,
    domain_id       text NOT NULL,
    project_id      text NOT NULL,
    count           integer NOT NULL,
    function_errors integer NOT NULL,
    system_errors   integer NOT NULL,
    rejected        integer NOT NULL,
    served          integer NOT NULL,
    duration_ms     float8 NOT NULL,
    longest_ms      float8,
    shortest_ms     float8,
    instances       text[] NOT NULL,
    PRIMARY KEY (func_id, minute, version)`,
  invocation_days: `
    func_id    text NOT NULL,
    project_id text NOT NULL,
    day        date NOT NULL,
    count      bigint NOT NULL,
    gb_seconds float8 NOT NULL,
    PRIMARY KEY (func_id, day)`,
  invocation_batches: `
    batch_id text PRIMARY KEY,
    taken_at timestamptz NOT NULL DEFAULT now()`,
};

/** What functions did: facts of the workers added up, and which batches of them were. No read models: they are made of no events. */
export class CountInvocations1797100000000 implements MigrationInterface {
  readonly name = 'CountInvocations1797100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, columns] of Object.entries(TABLES)) await queryRunner.query(`CREATE TABLE registry.${name} (${columns})`);
    await queryRunner.query('CREATE INDEX invocation_minutes_of_project ON registry.invocation_minutes (project_id, minute)');
    await queryRunner.query('CREATE INDEX invocation_minutes_by_time ON registry.invocation_minutes (minute)');
    await queryRunner.query('CREATE INDEX invocation_days_of_project ON registry.invocation_days (project_id, day)');
    await queryRunner.query('CREATE INDEX invocation_batches_by_time ON registry.invocation_batches (taken_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of Object.keys(TABLES)) await queryRunner.query(`DROP TABLE registry.${name}`);
  }
}
