import { openDatabase as open } from '@windlass/database';
import type { DataSource } from 'typeorm';
import { AliasRow } from '../alias/alias.entity.js';
import { ApiGroupRow } from '../api-group/api-group.entity.js';
import { DependencyUseRow } from '../dependency/dependency-use.entity.js';
import { DependencyVersionRow } from '../dependency/dependency.entity.js';
import { FunctionRow } from '../function/function.entity.js';
import { FunctionTagRow } from '../function-tag/function-tag.entity.js';
import { TestEventRow } from '../test-event/test-event.entity.js';
import { TriggerRow } from '../trigger/trigger.entity.js';
import { VersionRow } from '../version/version.entity.js';
import { AddAccountIsolation1797000000000 } from './add-account-isolation.migration.js';
import { AddAccountRevision1796500000000 } from './add-account-revision.migration.js';
import { CompleteRecords1764000650000 } from './complete-records.migration.js';
import { CountInvocations1797100000000 } from './count-invocations.migration.js';
import { CreateRegistry1700000000000 } from './create-registry.migration.js';
import { FindFunctionsByKey1797300000000 } from './find-functions-by-key.migration.js';
import { FollowAccounts1764000300000 } from './follow-accounts.migration.js';
import { KeepSupersededPackages1764000600000 } from './keep-superseded-packages.migration.js';
import { PublishVersions1764000400000 } from './publish-versions.migration.js';
import { ShareDependencies1797200000000 } from './share-dependencies.migration.js';
import { TagFunctions1764000500000 } from './tag-functions.migration.js';

/** Everything the registry keeps in PostgreSQL lives in this schema. */
export const SCHEMA = 'registry';

/** The tables behind the read models. */
export const ENTITIES = [FunctionRow, VersionRow, AliasRow, FunctionTagRow, TestEventRow, TriggerRow, ApiGroupRow, DependencyVersionRow, DependencyUseRow];

const MIGRATIONS = [CreateRegistry1700000000000, FollowAccounts1764000300000, PublishVersions1764000400000, TagFunctions1764000500000, KeepSupersededPackages1764000600000, CompleteRecords1764000650000, AddAccountRevision1796500000000, AddAccountIsolation1797000000000, CountInvocations1797100000000, ShareDependencies1797200000000, FindFunctionsByKey1797300000000];

export function openDatabase(url: string): Promise<DataSource> {
  return open({ url, schema: SCHEMA, entities: ENTITIES, migrations: MIGRATIONS, poolSize: 10 });
}
