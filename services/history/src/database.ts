import { openDatabase as open } from '@windlass/database';
import type { DataSource } from 'typeorm';
import { migrations } from './migrations/index.js';

export function openDatabase(url: string): Promise<DataSource> {
  return open({ url, schema: 'history', entities: [], migrations, poolSize: 5 });
}
