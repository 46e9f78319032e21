import { openDatabase as open } from '@windlass/database';
import type { DataSource } from 'typeorm';
import { KnownFunction } from './known-function.entity.js';
import { migrations } from './migrations.js';

export function openDatabase(url: string): Promise<DataSource> {
  return open({ url, schema: 'worker', entities: [KnownFunction], migrations, poolSize: 4 });
}
