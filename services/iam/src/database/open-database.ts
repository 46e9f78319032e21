import { openDatabase as open } from '@windlass/database';
import type { DataSource } from 'typeorm';
import { AccessKeyRow, AccessKeySecretRow, AccessKeyUseRow } from '../access-key/index.js';
import { AccountRow } from '../account/index.js';
import { AgencyRow } from '../agency/index.js';
import { EnterpriseProjectRow } from '../enterprise-project/index.js';
import { GrantRow } from '../grant/index.js';
import { GroupMemberRow, GroupRow } from '../group/index.js';
import { InvitationRow } from '../invitation/index.js';
import { ProjectRow } from '../project/index.js';
import { CustomPolicyRow } from '../role/index.js';
import { TemporaryCredentialRow } from '../temporary-credential/index.js';
import { TokenRow } from '../token/index.js';
import { LogInFailuresRow, PasswordRow, UserRow } from '../user/index.js';
import { CreateTables1764000000000 } from './1764000000000-create-tables.js';
import { CreateEnterpriseProjects1764000300000 } from './1764000300000-create-enterprise-projects.js';
import { LetOperatorsManageAccounts1764000310000 } from './1764000310000-let-operators-manage-accounts.js';
import { CreateIdentities1764100000000 } from './1764100000000-create-identities.js';
import { CreateRolesAndGrants1764100500000 } from './1764100500000-create-roles-and-grants.js';
import { ExtendIdentities1764101000000 } from './1764101000000-extend-identities.js';
import { DateGrants1764102000000 } from './1764102000000-date-grants.js';
import { LetAccountsDemandIsolation1797000000000 } from './1797000000000-let-accounts-demand-isolation.js';

/** The schema that only this service reads and writes. */
export const SCHEMA = 'iam';

export function openDatabase(url: string): Promise<DataSource> {
  return open({
    url,
    schema: SCHEMA,
    entities: [AccountRow, UserRow, PasswordRow, LogInFailuresRow, ProjectRow, AccessKeyRow, AccessKeySecretRow, TokenRow, EnterpriseProjectRow, InvitationRow, GroupRow, GroupMemberRow, AgencyRow, CustomPolicyRow, GrantRow, AccessKeyUseRow, TemporaryCredentialRow],
    migrations: [CreateTables1764000000000, CreateEnterpriseProjects1764000300000, LetOperatorsManageAccounts1764000310000, CreateIdentities1764100000000, CreateRolesAndGrants1764100500000, ExtendIdentities1764101000000, DateGrants1764102000000, LetAccountsDemandIsolation1797000000000],
    poolSize: 10,
  });
}
