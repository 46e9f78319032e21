import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Read models made of events that told no status, agencies or confinement get what reading those events gives today. */
export class CompleteRecords1764000650000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`UPDATE registry.triggers SET record = '{"status": "ACTIVE"}'::jsonb || record WHERE NOT record ? 'status'`);
    const complete = (settings: string): string =>
      `'{"agencies": {"configuration": "", "execution": "", "credentialsInHeaders": false}, "confinement": {"publicAccess": true, "strongIsolation": false}}'::jsonb
        || ${settings} || jsonb_build_object('enterpriseProjectId', coalesce(nullif(${settings}->>'enterpriseProjectId', ''), '0'))`;
    await queryRunner.query(`UPDATE registry.functions SET record = jsonb_set(record, '{settings}', ${complete("(record->'settings')")})`);
    await queryRunner.query(`UPDATE registry.function_versions SET record = jsonb_set(record, '{function,settings}', ${complete("(record#>'{function,settings}')")})`);
  }

  /** What is complete can be read by the program before, too. */
  async down(): Promise<void> {}
}
