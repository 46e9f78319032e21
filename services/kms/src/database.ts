import { openDatabase as open } from '@windlass/database';
import type { DataSource } from 'typeorm';
import { GrantRow, KeyRow } from './key/index.js';
import { migrations } from './migrations/index.js';

export function openDatabase(url: string): Promise<DataSource> {
  return open({ url, schema: 'kms', entities: [KeyRow, GrantRow], migrations, poolSize: 10 });
}
