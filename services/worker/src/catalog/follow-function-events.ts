import { FunctionEvent } from '@windlass/contracts/registry/v1/registry_events';
import type { BusMessage, Consumption, EventBus } from '@windlass/event-bus';
import type { FunctionCatalog, KnownRevision } from './function-catalog.js';
import type { KnownFunctions } from './known-functions.js';

type Change = KnownRevision & { readonly domainId: string };

/** Fills the catalog from what was kept, then follows the registry's events. Each worker hears all of them. */
export async function followFunctionEvents(options: {
  readonly bus: EventBus;
  readonly workerId: string;
  readonly catalog: FunctionCatalog;
  readonly kept: KnownFunctions;
}): Promise<Consumption> {
  const { bus, workerId, catalog, kept } = options;
  for (const known of await kept.all()) catalog.learn(known);
  return bus.consume({
    group: `worker.${workerId}`,
    topics: ['registry.functions'],
    onMessages: async (messages) => {
      const changes = messages.flatMap(changeOf);
      await kept.keep(changes);
      for (const change of changes) catalog.learn(change);
    },
  });
}

function changeOf(message: BusMessage): Change[] {
  const { change } = FunctionEvent.decode(message.payload);
  switch (change?.$case) {
    case 'put': {
      const { func_id, version, revision, domain_id } = change.value;
      return [{ functionId: func_id, version, revision, removed: false, domainId: domain_id }];
    }
    case 'removed': {
      const { func_id, version, revision } = change.value;
      return [{ functionId: func_id, version, revision, removed: true, domainId: '' }];
    }
    case undefined:
      // A change a newer registry knows and we do not.
      return [];
    default:
      return change satisfies never;
  }
}
