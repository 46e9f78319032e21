import type { EventTypes, Upcast } from '@windlass/event-store';
import type { TriggerEvent } from './trigger.events.js';

/** Before triggers could be disabled their events told no status: all were active. */
const withStatus: Upcast = (data) => {
  const { trigger } = data as { readonly trigger: object };
  return { ...data, trigger: { status: 'ACTIVE', ...trigger } };
};

/** Events of triggers, and how earlier ones are read. */
export const triggerEventTypes: EventTypes<TriggerEvent> = {
  TriggerCreated: [withStatus],
  TriggerChanged: [withStatus],
  TriggerDeleted: [withStatus],
};
