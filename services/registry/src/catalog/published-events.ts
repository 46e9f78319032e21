import { FunctionEvent as FunctionMessage, RouteEvent as RouteMessage } from '@windlass/contracts/registry/v1/registry_events';
import type { BusMessage } from '@windlass/event-bus';
import type { DomainEvent, StoredEvent } from '@windlass/event-store';
import { isFunctionStream, type FunctionEvent } from '../function/function.events.js';
import { isTriggerStream, type TriggerEvent } from '../trigger/trigger.events.js';
import { functionSpec, triggerRoute } from './function-spec.js';

export const FUNCTIONS_TOPIC = 'registry.functions';
export const ROUTES_TOPIC = 'registry.routes';

/** What workers and gateways are told of a stored event; nothing of those that are not their affair. */
export function publishedEvent(event: StoredEvent<DomainEvent>): BusMessage | undefined {
  // What a stream holds is known by its key.
  if (isFunctionStream(event.streamId)) return functionMessage(event as StoredEvent<FunctionEvent>);
  if (isTriggerStream(event.streamId)) return routeMessage(event as StoredEvent<TriggerEvent>);
  return undefined;
}

function functionMessage(event: StoredEvent<FunctionEvent>): BusMessage {
  const { function: record } = event.data;
  const message: FunctionMessage =
    event.type === 'FunctionDeleted'
      ? { change: { $case: 'removed', value: { func_id: record.funcId, version: '', revision: event.version } } }
      : { change: { $case: 'put', value: functionSpec(record, event.version) } };
  return { topic: FUNCTIONS_TOPIC, key: record.funcId, id: event.id, payload: FunctionMessage.encode(message).finish() };
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
