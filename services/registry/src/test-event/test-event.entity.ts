import type { RowWriter, StoredEvent } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn, type QueryDeepPartialEntity } from 'typeorm';
import type { FunctionEvent } from '../function/function.events.js';
import type { TestEventRecord } from './test-event.js';

/** Read model of test events. */
@Entity({ name: 'test_events' })
export class TestEventRow {
  @PrimaryColumn({ name: 'func_id', type: 'text' })
  funcId: string;

  @PrimaryColumn({ type: 'text' })
  id: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ type: 'jsonb' })
  record: TestEventRecord;
}

export async function projectTestEvent(
  rows: RowWriter,
  event: StoredEvent<Extract<FunctionEvent, { type: `TestEvent${string}` | 'FunctionDeleted' }>>,
): Promise<void> {
  if (event.type === 'FunctionDeleted') {
    await rows.delete(TestEventRow, { funcId: event.data.function.funcId });
    return;
  }
  const { of: { funcId }, testEvent: record } = event.data;
  const { id } = record;
  if (event.type === 'TestEventDeleted') {
    await rows.delete(TestEventRow, { funcId, id });
    return;
  }
  const row = { funcId, id, createdAt: new Date(record.createdAt), record: record as QueryDeepPartialEntity<TestEventRecord> };
  await rows.upsert(TestEventRow, row, ['funcId', 'id']);
}
