import { type EventStore, rebuildProjection, replay } from '@windlass/event-store';
import { AliasRow } from '../alias/alias.entity.js';
import { ApiGroupRow, projectApiGroup } from '../api-group/api-group.entity.js';
import { isApiGroupStream } from '../api-group/api-group.events.js';
import { claimApiGroup } from '../api-group/claim-api-group.decider.js';
import type { PackageHistory } from '../code-package/package-history.js';
import type { PackageUses } from '../code-package/package-uses.js';
import { DependencyUseRow } from '../dependency/dependency-use.entity.js';
import { DependencyVersionRow, projectDependency } from '../dependency/dependency.entity.js';
import { isDependencyStream, type DependencyEvent } from '../dependency/dependency.events.js';
import { dependencyQuotaChange } from '../dependency/dependency-streams.js';
import { evolveDependency, NO_DEPENDENCY, type DependencyState } from '../dependency/dependency.state.js';
import { FunctionRow } from '../function/function.entity.js';
import { FunctionTagRow } from '../function-tag/function-tag.entity.js';
import { TestEventRow } from '../test-event/test-event.entity.js';
import { isFunctionStream, ownerOf } from '../function/function.events.js';
import { projectFunction, quotaChange, supersededPackages, touchedDigests } from '../function/function.projection.js';
import { evolveFunction, NO_FUNCTION } from '../function/function.state.js';
import type { Quotas } from '../quota/quota-usage.js';
import { projectTrigger, TriggerRow } from '../trigger/trigger.entity.js';
import { isTriggerStream } from '../trigger/trigger.events.js';
import { evolveTrigger, NO_TRIGGER } from '../trigger/trigger.state.js';
import { VersionRow } from '../version/version.entity.js';

/** What `rebuildReadModels` makes. */
export const READ_MODELS = ['registry.functions', 'registry.function_versions', 'registry.function_aliases', 'registry.function_tags', 'registry.test_events', 'registry.triggers', 'registry.api_groups', 'registry.dependency_versions', 'registry.dependency_uses', 'registry.quota_usage'];

/** Makes the read models and counters anew from the events, in one transaction. Answers how many events it read. */
export function rebuildReadModels(store: EventStore, quotas: Quotas, packages: PackageUses, history: PackageHistory): Promise<number> {
  return rebuildProjection({
    store,
    reset: async (manager) => {
      await manager.query(`TRUNCATE ${store.schema}.quota_usage, ${store.schema}.superseded_packages`);
      for (const row of [FunctionRow, VersionRow, AliasRow, FunctionTagRow, TestEventRow, TriggerRow, ApiGroupRow, DependencyVersionRow, DependencyUseRow]) await manager.deleteAll(row);
    },
    replays: [
      replay({
        owns: isFunctionStream,
        decider: { initial: NO_FUNCTION, evolve: evolveFunction },
        project: async (manager, events) => {
          await projectFunction(manager, events);
          for (const event of events) await quotas.recount(manager, ownerOf(event).domainId, quotaChange(event));
          await packages.touch(manager, events.flatMap(touchedDigests));
          for (const event of events) await history.supersede(manager, ownerOf(event).domainId, supersededPackages(event), event.recordedAt);
        },
      }),
      replay<DependencyState, DependencyEvent>({
        owns: isDependencyStream,
        decider: { initial: NO_DEPENDENCY, evolve: evolveDependency },
        project: async (manager, events) => {
          await projectDependency(manager, events);
          for (const event of events) await quotas.recount(manager, event.data.version.domainId, dependencyQuotaChange(event));
          await packages.touch(manager, events.map(({ data }) => data.version.digest));
        },
      }),
      replay({ owns: isTriggerStream, decider: { initial: NO_TRIGGER, evolve: evolveTrigger }, project: projectTrigger }),
      replay({ owns: isApiGroupStream, decider: { initial: claimApiGroup.initial, evolve: claimApiGroup.evolve }, project: projectApiGroup }),
    ],
  });
}
