import type { TriggerRecord } from './trigger.state.js';

/** Stored events of the stream `trigger:<trigger_id>`; private to this service. */
export type TriggerEvent =
  | { readonly type: 'TriggerCreated'; readonly data: { readonly trigger: TriggerRecord } }
  | { readonly type: 'TriggerChanged'; readonly data: { readonly trigger: TriggerRecord } }
  | { readonly type: 'TriggerDeleted'; readonly data: { readonly trigger: TriggerRecord } };

const STREAM_PREFIX = 'trigger:';

export function triggerStream(triggerId: string): string {
  return `${STREAM_PREFIX}${triggerId}`;
}

export function isTriggerStream(streamId: string): boolean {
  return streamId.startsWith(STREAM_PREFIX);
}
