import type { RowWriter, StoredEvent } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn, type QueryDeepPartialEntity } from 'typeorm';
import type { FunctionEvent } from '../function/function.events.js';
import type { AliasRecord } from './alias.state.js';

/** Read model of aliases. */
@Entity({ name: 'function_aliases' })
export class AliasRow {
  @PrimaryColumn({ name: 'func_id', type: 'text' })
  funcId: string;

  @PrimaryColumn({ type: 'text' })
  name: string;

  /** The stream's version at the last change: what workers know the alias by. */
  @Column({ type: 'integer' })
  revision: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ type: 'jsonb' })
  record: AliasRecord;
}

export async function projectAlias(rows: RowWriter, event: StoredEvent<Extract<FunctionEvent, { type: `Alias${string}` }>>): Promise<void> {
  const { of, alias: record } = event.data;
  const { funcId } = of;
  const { name } = record;
  if (event.type === 'AliasDeleted') {
    await rows.delete(AliasRow, { funcId, name });
    return;
  }
  const row = { funcId, name, revision: event.version, createdAt: new Date(record.createdAt), record: record as QueryDeepPartialEntity<AliasRecord> };
  await rows.upsert(AliasRow, row, ['funcId', 'name']);
}
