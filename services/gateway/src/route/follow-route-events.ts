import { RouteEvent } from '@windlass/contracts/registry/v1/registry_events';
import { rebuildCopy, type BusMessage, type Consumption, type EventBus } from '@windlass/event-bus';
import type { RouteChange, RouteTable } from '../data-path/index.js';
import type { KnownRoutes } from './known-routes.js';

/** Fills the table from what was kept, then follows the registry's events. Each gateway hears all of them. */
export async function followRouteEvents(options: {
  readonly bus: EventBus;
  readonly gatewayId: string;
  readonly table: RouteTable;
  readonly kept: Pick<KnownRoutes, 'all' | 'keep' | 'forgetOldRemovals'>;
}): Promise<Consumption> {
  const { bus, gatewayId, table, kept } = options;
  await kept.forgetOldRemovals();
  for (const change of await kept.all()) table.apply(change);
  return bus.consume({
    group: `gateway.${gatewayId}`,
    topics: ['registry.routes'],
    onMessages: async (messages) => {
      const changes = messages.flatMap(changeOf);
      await kept.keep(changes);
      for (const change of changes) table.apply(change);
    },
  });
}

/** Makes what is kept of the routes anew from all that the registry has published. The gateway must not run. */
export async function rebuildRoutes({ bus, gatewayId, kept }: { readonly bus: EventBus; readonly gatewayId: string; readonly kept: KnownRoutes }): Promise<void> {
  await rebuildCopy(bus, { group: `gateway.${gatewayId}`, topics: ['registry.routes'], empty: () => kept.empty(), onMessages: (messages) => kept.keep(messages.flatMap(changeOf)) });
}

function changeOf(message: BusMessage): RouteChange[] {
  const { change } = RouteEvent.decode(message.payload);
  switch (change?.$case) {
    case 'put': {
      const route = change.value;
      return [{ routeId: route.route_id, groupId: route.group_id, revision: route.revision, route }];
    }
    case 'removed': {
      const { route_id, group_id, revision } = change.value;
      return [{ routeId: route_id, groupId: group_id, revision, route: undefined }];
    }
    case undefined:
      // A change that a newer registry knows and we do not.
      return [];
    default:
      return change satisfies never;
  }
}
