import { openDatabase as open } from '@windlass/database';
import type { DataSource } from 'typeorm';
import { AddAccountIsolation1797000000000 } from '../account/add-account-isolation.migration.js';
import { AddAccountRevision1796500000000 } from '../account/add-account-revision.migration.js';
import { CreateAccounts1764000300000 } from '../account/create-accounts.migration.js';
import { CreateRoutes1763769600000 } from './create-routes.migration.js';
import { KnownRoute } from './known-route.entity.js';

export function openDatabase(url: string): Promise<DataSource> {
  return open({ url, schema: 'gateway', entities: [KnownRoute], migrations: [CreateRoutes1763769600000, CreateAccounts1764000300000, AddAccountRevision1796500000000, AddAccountIsolation1797000000000], poolSize: 4 });
}
