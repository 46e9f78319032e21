import type { RowWriter, StoredEvent } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn, type QueryDeepPartialEntity } from 'typeorm';
import type { FunctionEvent } from '../function/function.events.js';
import { storedDigest } from '../function/function.state.js';
import type { PublishedVersion } from './version.state.js';

/** Read model of published versions. */
@Entity({ name: 'function_versions' })
export class VersionRow {
  @PrimaryColumn({ name: 'func_id', type: 'text' })
  funcId: string;

  @PrimaryColumn({ type: 'text' })
  name: string;

  /** The stream's version at the publication: what workers know this version by. */
  @Column({ type: 'integer' })
  revision: number;

  @Column({ name: 'code_digest', type: 'text' })
  codeDigest: string;

  @Column({ type: 'jsonb' })
  record: PublishedVersion;
}

export async function projectVersion(rows: RowWriter, event: StoredEvent<Extract<FunctionEvent, { type: `Version${string}` }>>): Promise<void> {
  const { version: record } = event.data;
  const { name } = record;
  const { funcId, code } = record.function;
  if (event.type === 'VersionDeleted') {
    await rows.delete(VersionRow, { funcId, name });
    return;
  }
  const row = { funcId, name, revision: event.version, codeDigest: storedDigest(code), record: record as QueryDeepPartialEntity<PublishedVersion> };
  await rows.insert(VersionRow, row);
}
