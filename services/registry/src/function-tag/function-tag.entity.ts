import type { RowWriter, StoredEvent } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FunctionEvent } from '../function/function.events.js';

/** Read model of tags. */
@Entity({ name: 'function_tags' })
export class FunctionTagRow {
  @PrimaryColumn({ name: 'func_id', type: 'text' })
  funcId: string;

  @PrimaryColumn({ type: 'text' })
  key: string;

  @Column({ type: 'text' })
  value: string;

  /** Place among the function's tags, from 0 on. */
  @Column({ type: 'integer' })
  position: number;
}

export async function projectTags(
  rows: RowWriter,
  event: StoredEvent<Extract<FunctionEvent, { type: 'FunctionTagsChanged' | 'FunctionDeleted' }>>,
): Promise<void> {
  if (event.type === 'FunctionDeleted') {
    await rows.delete(FunctionTagRow, { funcId: event.data.function.funcId });
    return;
  }
  const { of, tags } = event.data;
  await rows.delete(FunctionTagRow, { funcId: of.funcId });
  if (tags.length > 0) await rows.insert(FunctionTagRow, tags.map(({ key, value }, position) => ({ funcId: of.funcId, key, value, position })));
}
