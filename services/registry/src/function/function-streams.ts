import { Injectable } from '@nestjs/common';
import { type Decider, EventStore, type StoredEvent } from '@windlass/event-store';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../caller/caller.js';
import { PackageHistory } from '../code-package/package-history.js';
import { PackageUses } from '../code-package/package-uses.js';
import { holdAttached } from '../dependency/attached-dependencies.js';
import { Quotas } from '../quota/quota-usage.js';
import { FunctionRow } from './function.entity.js';
import { functionStream, ownerOf, type FunctionEvent } from './function.events.js';
import { projectFunction, quotaChange, supersededPackages, touchedDigests } from './function.projection.js';
import type { FunctionState } from './function.state.js';

type AlsoInTransaction = (manager: EntityManager, events: readonly StoredEvent<FunctionEvent>[]) => Promise<void>;

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
    also?: AlsoInTransaction,
  ): Promise<FunctionState> {
    const { state } = await this.store.execute<FunctionState, C, FunctionEvent>({
      streamId: functionStream(of),
      tenant: caller.domainId,
      decider,
      command,
      metadata: caller.metadata,
      project: (manager, events) => this.project(manager, events, also),
    });
    return state;
  }

  /** Keeps others from changing the function, or its triggers, until the caller's transaction ends. */
  async lock(manager: EntityManager, of: { projectId: string; package: string; name: string }): Promise<void> {
    await manager.findOne(FunctionRow, { where: { streamId: functionStream(of) }, lock: { mode: 'pessimistic_write' }, select: { streamId: true } });
  }

  /** Appends what was decided of a function at a version of its stream, in the caller's transaction. Loses a race as `EventStore.append` does. */
  async append(manager: EntityManager, caller: Caller, decided: { readonly streamId: string; readonly expectedVersion: number; readonly events: readonly FunctionEvent[]; readonly recordedAt: Date }): Promise<void> {
    await this.project(manager, await this.store.append(manager, { ...decided, tenant: caller.domainId, metadata: caller.metadata }));
  }

  private async project(manager: EntityManager, events: readonly StoredEvent<FunctionEvent>[], also?: AlsoInTransaction): Promise<void> {
    await projectFunction(manager, events);
    await holdAttached(manager, this.store.schema, events);
    await also?.(manager, events);
    for (const event of events) await this.quotas.take(manager, ownerOf(event).domainId, quotaChange(event));
    await this.packages.touch(manager, events.flatMap(touchedDigests));
    await this.history.supersede(manager, events.flatMap(supersededPackages));
  }
}
