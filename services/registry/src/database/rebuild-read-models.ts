import { type EventStore, rebuildProjection, replayRows } from '@windlass/event-store';
import { AliasRow } from '../alias/alias.entity.js';
import { ApiGroupRow, projectApiGroup } from '../api-group/api-group.entity.js';
import { apiGroupStream } from '../api-group/api-group.events.js';
import type { PackageHistory } from '../code-package/package-history.js';
import type { PackageUses } from '../code-package/package-uses.js';
import { DependencyUseRow } from '../dependency/dependency-use.entity.js';
import { DependencyVersionRow, projectDependency } from '../dependency/dependency.entity.js';
import { DEPENDENCY_STREAMS } from '../dependency/dependency.events.js';
import { dependencyQuotaChange } from '../dependency/dependency-streams.js';
import { FunctionRow } from '../function/function.entity.js';
import { FunctionTagRow } from '../function-tag/function-tag.entity.js';
import { TestEventRow } from '../test-event/test-event.entity.js';
import { FUNCTION_STREAMS, ownerOf } from '../function/function.events.js';
import { projectFunction, quotaChange, supersededPackages, touchedDigests } from '../function/function.projection.js';
import type { Quotas } from '../quota/quota-usage.js';
import { projectTrigger, TriggerRow } from '../trigger/trigger.entity.js';
import { triggerStream } from '../trigger/trigger.events.js';
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
      replayRows({ streams: apiGroupStream(''), tables: [ApiGroupRow], project: projectApiGroup }),
      replayRows({
        streams: DEPENDENCY_STREAMS,
        tables: [DependencyVersionRow],
        project: projectDependency,
        sum: async (manager, events) => {
          await quotas.recount(manager, events.map((event) => ({ ...dependencyQuotaChange(event), domainId: event.data.version.domainId })));
          await packages.touch(manager, events.map(({ data }) => data.version.digest));
        },
      }),
      replayRows({
        streams: FUNCTION_STREAMS,
        tables: [FunctionRow, VersionRow, AliasRow, FunctionTagRow, TestEventRow, DependencyUseRow],
        project: projectFunction,
        sum: async (manager, events) => {
          await quotas.recount(manager, events.map((event) => ({ ...quotaChange(event), domainId: ownerOf(event).domainId })));
          await packages.touch(manager, events.flatMap(touchedDigests));
          await history.supersede(manager, events.flatMap(supersededPackages));
        },
      }),
      replayRows({ streams: triggerStream(''), tables: [TriggerRow], project: projectTrigger }),
    ],
  });
}
