import type { MigrationInterface, QueryRunner } from 'typeorm';

// As in the first migration, no foreign key leads to a read model from what no event holds.
const TABLES = {
  groups: `
    group_id    text PRIMARY KEY,
    domain_id   text NOT NULL,
    name        text NOT NULL,
    name_key    text NOT NULL,
    description text NOT NULL,
    created_at  timestamptz(3) NOT NULL,
    CONSTRAINT groups_name_key_unique UNIQUE (domain_id, name_key)`,
  group_members: `
    group_id text NOT NULL,
    user_id  text NOT NULL,
    PRIMARY KEY (group_id, user_id)`,
  agencies: `
    agency_id         text PRIMARY KEY,
    domain_id         text NOT NULL,
    name              text NOT NULL,
    name_key          text NOT NULL,
    description       text NOT NULL,
    trust_kind        text NOT NULL CHECK (trust_kind IN ('account', 'service')),
    trust_domain_id   text NOT NULL,
    trust_domain_name text NOT NULL,
    duration_hours    integer,
    expires_at        timestamptz(3),
    created_at        timestamptz(3) NOT NULL,
    CONSTRAINT agencies_name_key_unique UNIQUE (domain_id, name_key)`,
};

/** Groups with their members, and agencies. */
export class CreateIdentities1764100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, columns] of Object.entries(TABLES)) await queryRunner.query(`CREATE TABLE iam.${name} (${columns})`);
    await queryRunner.query('CREATE INDEX group_members_of_user ON iam.group_members (user_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of Object.keys(TABLES).reverse()) await queryRunner.query(`DROP TABLE iam.${name}`);
  }
}
