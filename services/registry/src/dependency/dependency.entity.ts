import type { RowWriter, StoredEvent } from '@windlass/event-store';
import { Column, Entity, PrimaryColumn, type QueryDeepPartialEntity } from 'typeorm';
import type { DependencyEvent } from './dependency.events.js';
import type { DependencyVersion } from './dependency.state.js';

/** Read model of the versions of dependencies. `record` is the whole version; the other columns are what is searched by. */
@Entity({ name: 'dependency_versions' })
export class DependencyVersionRow {
  @PrimaryColumn({ type: 'text' })
  id: string;

  @Column({ name: 'depend_id', type: 'text' })
  dependId: string;

  @Column({ name: 'domain_id', type: 'text' })
  domainId: string;

  @Column({ name: 'project_id', type: 'text' })
  projectId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'integer' })
  number: number;

  @Column({ type: 'text' })
  runtime: string;

  @Column({ type: 'text' })
  digest: string;

  @Column({ type: 'jsonb' })
  record: DependencyVersion;
}

export async function projectDependency(rows: RowWriter, events: readonly StoredEvent<DependencyEvent>[]): Promise<void> {
  for (const event of events) {
    const { version: record } = event.data;
    const { id, dependId, domainId, projectId, name, number, runtime, digest } = record;
    switch (event.type) {
      case 'DependencyVersionCreated':
        await rows.insert(DependencyVersionRow, { id, dependId, domainId, projectId, name, number, runtime, digest, record: record as QueryDeepPartialEntity<DependencyVersion> });
        break;
      case 'DependencyVersionDeleted':
        await rows.delete(DependencyVersionRow, { id });
        break;
      default:
        event satisfies never;
    }
  }
}
