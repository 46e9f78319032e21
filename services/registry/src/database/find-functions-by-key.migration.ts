import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Functions and versions by the customers' keys that their code and environment lie under. Most have none and stand in no index. */
const INDEXES = [
  ['functions_by_code_key', 'functions', "(record->'code'->'sealed'->>'keyId')"],
  ['functions_by_environment_key', 'functions', "(record->'environmentSeal'->>'keyId')"],
  ['versions_by_code_key', 'function_versions', "(record->'function'->'code'->'sealed'->>'keyId')"],
  ['versions_by_environment_key', 'function_versions', "(record->'function'->'environmentSeal'->>'keyId')"],
] as const;

export class FindFunctionsByKey1797300000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, table, key] of INDEXES) await queryRunner.query(`CREATE INDEX ${name} ON registry.${table} (${key}) WHERE ${key} IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [name] of INDEXES) await queryRunner.query(`DROP INDEX registry.${name}`);
  }
}
