import { Injectable } from '@nestjs/common';
import { type Decider, EventStore, type StoredEvent } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { PackageHistory } from '../code-package/package-history.js';
import { PackageUses } from '../code-package/package-uses.js';
import { Quotas } from '../quota/quota-usage.js';
import { functionStream, ownerOf, type FunctionEvent } from './function.events.js';
import { projectFunction, quotaChange, supersededPackages, touchedDigests } from './function.projection.js';
import type { FunctionState } from './function.state.js';

/** Runs commands on functions: events, read model, quotas and package uses change in one transaction or not at all. */
@Injectable()
export class FunctionStreams {
  constructor(
    private readonly store: EventStore,
    private readonly quotas: Quotas,
    private readonly packages: PackageUses,
    private readonly history: PackageHistory,
  ) {}

  /** `also` runs in the same transaction, after the read model. */
  async execute<C>(
    caller: Caller,
    of: { projectId: string; package: string; name: string },
    decider: Decider<FunctionState, C, FunctionEvent>,
    command: C,
    also?: (manager: EntityManager, events: readonly StoredEvent<FunctionEvent>[]) => Promise<void>,
  ): Promise<FunctionState> {
    const { state } = await this.store.execute<FunctionState, C, FunctionEvent>({
      streamId: functionStream(of),
      tenant: caller.domainId,
      decider,
      command,
      metadata: caller.metadata,
      project: async (manager, events) => {
        await projectFunction(manager, events);
        await also?.(manager, events);
        for (const event of events) await this.quotas.take(manager, ownerOf(event).domainId, quotaChange(event));
        await this.packages.touch(manager, events.flatMap(touchedDigests));
        for (const event of events) await this.history.supersede(manager, caller.domainId, supersededPackages(event), event.recordedAt);
      },
    });
    return state;
  }
}
