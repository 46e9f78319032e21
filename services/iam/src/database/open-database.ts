import { DataSource } from 'typeorm';
import { AccessKeyRow, AccessKeySecretRow } from '../access-key/index.js';
import { AccountRow } from '../account/index.js';
import { AgencyRow } from '../agency/index.js';
import { EnterpriseProjectRow } from '../enterprise-project/index.js';
import { GrantRow } from '../grant/index.js';
import { GroupMemberRow, GroupRow } from '../group/index.js';
import { ProjectRow } from '../project/index.js';
import { CustomPolicyRow } from '../role/index.js';
import { TokenRow } from '../token/index.js';
import { LogInFailuresRow, PasswordRow, UserRow } from '../user/index.js';
import { CreateTables1764000000000 } from './1764000000000-create-tables.js';
import { CreateEnterpriseProjects1764000300000 } from './1764000300000-create-enterprise-projects.js';
import { CreateIdentities1764100000000 } from './1764100000000-create-identities.js';
import { CreateRolesAndGrants1764100500000 } from './1764100500000-create-roles-and-grants.js';

/** The schema that only this service reads and writes. */
export const SCHEMA = 'iam';

/** Connects and brings the service's schema up to date. */
export async function openDatabase(databaseUrl: string): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    schema: SCHEMA,
    applicationName: 'windlass iam',
    poolSize: 10,
    entities: [AccountRow, UserRow, PasswordRow, LogInFailuresRow, ProjectRow, AccessKeyRow, AccessKeySecretRow, TokenRow, EnterpriseProjectRow, GroupRow, GroupMemberRow, AgencyRow, CustomPolicyRow, GrantRow],
    migrations: [CreateTables1764000000000, CreateEnterpriseProjects1764000300000, CreateIdentities1764100000000, CreateRolesAndGrants1764100500000],
    migrationsTableName: 'migrations',
  });
  await dataSource.initialize();
  try {
    // The table that remembers the migrations lives in the schema too, so it must be there before the first of them.
    await dataSource.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
    await dataSource.runMigrations();
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}
