import { Injectable } from '@nestjs/common';
import { EventStore, type StoredEvent } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { PackageUses } from '../code-package/package-uses.js';
import { Quotas, type QuotaChange } from '../quota/quota-usage.js';
import { createDependencyVersion, type CreateDependencyVersion } from './create-dependency-version.decider.js';
import { deleteDependencyVersion } from './delete-dependency-version.decider.js';
import { DependencyUseRow } from './dependency-use.entity.js';
import { DependencyVersionRow, projectDependency } from './dependency.entity.js';
import { dependencyInUse, dependencyVersionMissing } from './dependency.errors.js';
import { dependencyStream, type DependencyEvent } from './dependency.events.js';
import type { DependencyVersion } from './dependency.state.js';

/** Runs commands on dependencies: events, read model, quotas and package uses change in one transaction or not at all. */
@Injectable()
export class DependencyStreams {
  constructor(
    private readonly store: EventStore,
    private readonly quotas: Quotas,
    private readonly packages: PackageUses,
  ) {}

  /** The new version, with the number it got. FSS.1042 when its package is more than the account may have. */
  async create(caller: Caller, command: CreateDependencyVersion): Promise<DependencyVersion> {
    const { state } = await this.store.execute({
      streamId: dependencyStream(command),
      tenant: caller.domainId,
      decider: createDependencyVersion,
      command,
      metadata: caller.metadata,
      project: (manager, events) => this.project(manager, events),
    });
    const created = state.status === 'active' ? state.versions.find(({ id }) => id === command.id) : undefined;
    if (created === undefined) throw new Error('a dependency has not the version that was just made');
    return created;
  }

  /** FSS.1033 while a function uses it. */
  async delete(caller: Caller, version: DependencyVersion): Promise<void> {
    await this.store.execute({
      streamId: dependencyStream(version),
      tenant: caller.domainId,
      decider: deleteDependencyVersion,
      command: version,
      metadata: caller.metadata,
      project: async (manager, events) => {
        // Whoever attaches it holds its row until the use is written down, and whoever comes later finds no row: see AttachedDependencies.
        const row = await manager.findOne(DependencyVersionRow, { where: { id: version.id }, lock: { mode: 'pessimistic_write' } });
        if (row === null) throw dependencyVersionMissing(String(version.number));
        const uses = await manager.find(DependencyUseRow, { where: { versionId: version.id }, order: { funcName: 'ASC' }, take: 4 });
        if (uses.length > 0) throw dependencyInUse(uses.map(({ funcName }) => funcName));
        await this.project(manager, events);
      },
    });
  }

  private async project(manager: EntityManager, events: readonly StoredEvent<DependencyEvent>[]): Promise<void> {
    await projectDependency(manager, events);
    for (const event of events) await this.quotas.take(manager, event.data.version.domainId, dependencyQuotaChange(event));
    await this.packages.touch(manager, events.map(({ data }) => data.version.digest));
  }
}

/** Packages of dependencies count with the account's code. */
export function dependencyQuotaChange({ type, data: { version } }: DependencyEvent): QuotaChange {
  return { functions: 0, codeBytes: type === 'DependencyVersionCreated' ? version.sizeBytes : -version.sizeBytes };
}
