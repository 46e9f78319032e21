import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = {
  custom_policies: `
    role_id        text PRIMARY KEY,
    domain_id      text NOT NULL,
    number         integer NOT NULL,
    display_name   text NOT NULL,
    type           text NOT NULL CHECK (type IN ('AX', 'XA')),
    description    text NOT NULL,
    description_cn text NOT NULL,
    policy         jsonb NOT NULL,
    created_at     timestamptz(3) NOT NULL,
    updated_at     timestamptz(3) NOT NULL,
    CONSTRAINT custom_policies_number_unique UNIQUE (domain_id, number),
    CONSTRAINT custom_policies_display_name_unique UNIQUE (domain_id, display_name)`,
  grants: `
    domain_id    text NOT NULL,
    subject_type text NOT NULL CHECK (subject_type IN ('user', 'group', 'agency')),
    subject_id   text NOT NULL,
    scope_type   text NOT NULL CHECK (scope_type IN ('project', 'domain', 'all_projects', 'enterprise_project')),
    scope_id     text NOT NULL,
    role_id      text NOT NULL,
    event_id     uuid NOT NULL,
    stream_id    text NOT NULL,
    version      integer NOT NULL,
    PRIMARY KEY (domain_id, subject_type, subject_id, scope_type, scope_id, role_id)`,
};

export class CreateRolesAndGrants1764100500000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, columns] of Object.entries(TABLES)) await queryRunner.query(`CREATE TABLE iam.${name} (${columns})`);
    await queryRunner.query('CREATE INDEX grants_of_role ON iam.grants (domain_id, role_id)');
    await queryRunner.query('CREATE INDEX grants_in_scope ON iam.grants (domain_id, scope_type, scope_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of Object.keys(TABLES).reverse()) await queryRunner.query(`DROP TABLE iam.${name}`);
  }
}
