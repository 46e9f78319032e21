import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, In } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import type { FunctionEvent } from '../function/function.events.js';
import { DependencyVersionRow } from './dependency.entity.js';
import { badDependency, dependencyMissing } from './dependency.errors.js';
import type { AttachedDependency } from './dependency.state.js';

/** Of one function ("Notes and Constraints" of dependencies). */
const MOST_DEPENDENCIES = 20;

/** A version by what it is, wherever it lies. */
export type NamedDependency = Pick<AttachedDependency, 'name' | 'digest'>;

/** The dependencies that functions attach. */
@Injectable()
export class AttachedDependencies {
  constructor(private readonly dataSource: DataSource) {}

  /** What a request means by the ids of versions, in its order. FSS.1056 for one that its project does not have, FSS.1024 for too many or one named twice. */
  async read(caller: Caller, versionIds: readonly string[]): Promise<readonly AttachedDependency[]> {
    const ids = versionIds.filter((id) => id !== '');
    if (ids.length === 0) return [];
    if (ids.length > MOST_DEPENDENCIES) throw badDependency(`depend_version_list has ${ids.length} dependencies; a function may have ${MOST_DEPENDENCIES}. Put several together into one.`);
    const rows = await this.dataSource.manager.findBy(DependencyVersionRow, { id: In(ids.filter((id) => !id.includes('\0'))), projectId: caller.projectId });
    const seen = new Set<string>();
    return ids.map((id) => {
      const found = rows.find((row) => row.id === id);
      if (found === undefined) throw dependencyMissing(id);
      const { dependId, name, number, digest, sizeBytes } = found.record;
      if (seen.has(dependId)) throw badDependency(`depend_version_list names the dependency ${name} twice. Choose one of its versions.`);
      seen.add(dependId);
      return { id, dependId, name, number, digest, sizeBytes };
    });
  }

  /** Ids of the newest versions of the caller's project that have these names and this content; FSS.1056 for one that it does not have. */
  async idsOf(caller: Caller, named: readonly NamedDependency[]): Promise<string[]> {
    const usable = named.filter(({ name }) => !name.includes('\0')).map(({ name }) => name);
    const rows = await this.dataSource.manager.find(DependencyVersionRow, { where: { projectId: caller.projectId, name: In(usable) }, order: { number: 'DESC' } });
    return named.map(({ name, digest }) => {
      const found = rows.find((row) => row.name === name && row.digest === digest);
      if (found === undefined) throw dependencyMissing(`${name} with the SHA-512 ${digest.slice(0, 16)}…`);
      return found.id;
    });
  }
}

/**
 * Holds what the events' functions attach until the caller's transaction ends, so that none of it is deleted meanwhile; FSS.1056
 * when some is gone already.
 */
export async function holdAttached(manager: EntityManager, schema: string, events: readonly FunctionEvent[]): Promise<void> {
  const ids = [...new Set(events.flatMap(attachedBy))].sort();
  if (ids.length === 0) return;
  const held = await manager.query<{ id: string }[]>(`SELECT id FROM ${schema}.dependency_versions WHERE id = ANY($1) ORDER BY id FOR KEY SHARE`, [ids]);
  const gone = ids.find((id) => !held.some((row) => row.id === id));
  if (gone !== undefined) throw dependencyMissing(gone);
}

function attachedBy(event: FunctionEvent): readonly string[] {
  switch (event.type) {
    case 'FunctionCreated':
    case 'FunctionCodeReplaced':
    case 'FunctionRolledBack':
      return (event.data.function.code.dependencies ?? []).map(({ id }) => id);
    case 'VersionPublished':
      return (event.data.version.function.code.dependencies ?? []).map(({ id }) => id);
    default:
      return [];
  }
}
