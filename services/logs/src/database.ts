import { openDatabase as open } from '@windlass/database';
import type { DataSource } from 'typeorm';
import { LogGroupRow } from './log-group/index.js';
import { LogStreamRow } from './log-stream/index.js';
import { migrations } from './migrations/index.js';
import { TransferRow } from './transfer/index.js';

export function openDatabase(url: string): Promise<DataSource> {
  return open({ url, schema: 'logs', entities: [LogGroupRow, LogStreamRow, TransferRow], migrations, poolSize: 10 });
}
