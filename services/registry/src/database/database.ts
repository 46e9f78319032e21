import { openDatabase as open } from '@windlass/database';
import type { DataSource } from 'typeorm';
import { ApiGroupRow } from '../api-group/api-group.entity.js';
import { FunctionRow } from '../function/function.entity.js';
import { TriggerRow } from '../trigger/trigger.entity.js';
import { CreateRegistry1700000000000 } from './create-registry.migration.js';
import { FollowAccounts1764000300000 } from './follow-accounts.migration.js';

/** Everything the registry keeps in PostgreSQL lives in this schema. */
export const SCHEMA = 'registry';

/** The tables behind the read models. */
export const ENTITIES = [FunctionRow, TriggerRow, ApiGroupRow];

export function openDatabase(url: string): Promise<DataSource> {
  return open({ url, schema: SCHEMA, entities: ENTITIES, migrations: [CreateRegistry1700000000000, FollowAccounts1764000300000], poolSize: 10 });
}
