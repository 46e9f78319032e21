import { FunctionEvent } from '@windlass/contracts/registry/v1/registry_events';
import { rebuildCopy, type BusMessage, type Consumption, type EventBus } from '@windlass/event-bus';
import type { AliasCatalog } from './alias-catalog.js';
import type { FunctionCatalog, KnownRevision } from './function-catalog.js';
import type { KnownFunctions } from './known-functions.js';
import type { ReservedFunctions } from './reserved-functions.js';

type Change = FunctionEvent['change'];

/** Fills the catalog from what was kept, then follows the registry's events, in order. Each worker hears all of them. */
export async function followFunctionEvents(options: {
  readonly bus: EventBus;
  readonly workerId: string;
  readonly catalog: FunctionCatalog;
  readonly aliases: AliasCatalog;
  readonly kept: Pick<KnownFunctions, 'all' | 'keep'>;
  readonly reserved: Pick<ReservedFunctions, 'learn'>;
}): Promise<Consumption> {
  const { bus, workerId, catalog, aliases, kept, reserved } = options;
  for (const known of await kept.all()) {
    catalog.learn(known);
    reserved.learn(known);
  }
  return bus.consume({
    group: `worker.${workerId}`,
    topics: ['registry.functions'],
    onMessages: async (messages) => {
      const changes = messages.map(({ payload }: BusMessage) => FunctionEvent.decode(payload).change);
      await kept.keep(changes.flatMap(revisionOf));
      for (const change of changes) {
        for (const known of revisionOf(change)) reserved.learn(known);
        learn(change, catalog, aliases);
      }
    },
  });
}

/** Makes what is kept of the functions anew from all that the registry has published. The worker must not run. */
export async function rebuildFunctions({ bus, workerId, kept }: { readonly bus: EventBus; readonly workerId: string; readonly kept: KnownFunctions }): Promise<void> {
  const onMessages = (messages: readonly BusMessage[]): Promise<void> => kept.keep(messages.flatMap(({ payload }) => revisionOf(FunctionEvent.decode(payload).change)));
  await rebuildCopy(bus, { group: `worker.${workerId}`, topics: ['registry.functions'], empty: () => kept.empty(), onMessages });
}

function learn(change: Change, catalog: FunctionCatalog, aliases: AliasCatalog): void {
  for (const revision of revisionOf(change)) catalog.learn(revision);
  switch (change?.$case) {
    case 'alias_put':
      aliases.learn(change.value);
      break;
    case 'alias_removed':
      aliases.forget(change.value.func_id, change.value.name, change.value.revision);
      break;
    case 'removed':
      if (change.value.version === '') aliases.forgetFunction(change.value.func_id);
      break;
    case 'put':
    case undefined:
      break;
    default:
      change satisfies never;
  }
}

/** What a change says about versions; nothing of one that a newer registry knows and we do not. */
function revisionOf(change: Change): (KnownRevision & { readonly domainId: string })[] {
  switch (change?.$case) {
    case 'put': {
      const { func_id, version, revision, domain_id, reserved_instances } = change.value;
      return [{ functionId: func_id, version, revision, removed: false, reserved: reserved_instances, domainId: domain_id }];
    }
    case 'removed': {
      const { func_id, version, revision } = change.value;
      return [{ functionId: func_id, version, revision, removed: true, reserved: 0, domainId: '' }];
    }
    case 'alias_put':
    case 'alias_removed':
    case undefined:
      return [];
    default:
      return change satisfies never;
  }
}
