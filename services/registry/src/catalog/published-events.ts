import { FunctionEvent as FunctionMessage, RouteEvent as RouteMessage } from '@windlass/contracts/registry/v1/registry_events';
import type { BusMessage } from '@windlass/event-bus';
import type { DomainEvent, StoredEvent } from '@windlass/event-store';
import { isFunctionStream, ownerOf, type FunctionEvent } from '../function/function.events.js';
import { LATEST } from '../function/function-urn.js';
import { isTriggerStream, type TriggerEvent } from '../trigger/trigger.events.js';
import { functionAlias, functionSpec, triggerRoute } from './function-spec.js';

export const FUNCTIONS_TOPIC = 'registry.functions';
export const ROUTES_TOPIC = 'registry.routes';

/** What workers and gateways are told of a stored event; nothing of those that are not their affair. */
export function publishedEvent(event: StoredEvent<DomainEvent>): BusMessage | undefined {
  // What a stream holds is known by its key.
  if (isFunctionStream(event.streamId)) return functionMessage(event as StoredEvent<FunctionEvent>);
  if (isTriggerStream(event.streamId)) return routeMessage(event as StoredEvent<TriggerEvent>);
  return undefined;
}

function functionMessage(event: StoredEvent<FunctionEvent>): BusMessage | undefined {
  const change = functionChange(event);
  if (change === undefined) return undefined;
  const payload = FunctionMessage.encode({ change }).finish();
  return { topic: FUNCTIONS_TOPIC, key: ownerOf(event).funcId, id: event.id, payload };
}

function functionChange(event: StoredEvent<FunctionEvent>): FunctionMessage['change'] {
  const revision = event.version;
  const { funcId: func_id } = ownerOf(event);
  switch (event.type) {
    case 'FunctionCreated':
    case 'FunctionCodeReplaced':
    case 'FunctionConfigReplaced':
    case 'FunctionMaxInstancesChanged':
    case 'FunctionRolledBack':
      return { $case: 'put', value: functionSpec(event.data.function, LATEST, revision) };
    case 'FunctionDeleted':
      return { $case: 'removed', value: { func_id, version: '', revision } };
    case 'VersionPublished':
      return { $case: 'put', value: functionSpec(event.data.version.function, event.data.version.name, revision) };
    case 'VersionDeleted':
      return { $case: 'removed', value: { func_id, version: event.data.version.name, revision } };
    case 'AliasCreated':
    case 'AliasChanged':
      return { $case: 'alias_put', value: functionAlias(event.data.of, event.data.alias, revision) };
    case 'AliasDeleted':
      return { $case: 'alias_removed', value: { func_id, name: event.data.alias.name, revision } };
    case 'FunctionTriggersRolledBack':
    case 'FunctionTagsChanged':
    case 'TestEventKept':
    case 'TestEventDeleted':
      // Nothing that runs depends on them.
      return undefined;
  }
}

function routeMessage(event: StoredEvent<TriggerEvent>): BusMessage {
  const { trigger } = event.data;
  const { groupId } = trigger.route;
  const message: RouteMessage =
    event.type === 'TriggerDeleted'
      ? { change: { $case: 'removed', value: { route_id: trigger.apiId, group_id: groupId, revision: event.version } } }
      : { change: { $case: 'put', value: triggerRoute(trigger, event.version) } };
  return { topic: ROUTES_TOPIC, key: groupId, id: event.id, payload: RouteMessage.encode(message).finish() };
}
