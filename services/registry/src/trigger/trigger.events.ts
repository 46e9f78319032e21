import type { RollbackReference } from '../rollback/rollback-reference.js';
import type { TriggerRecord } from './trigger.state.js';

/**
 * Stored events of the stream `trigger:<trigger_id>`; private to this service. A rollback may create a deleted trigger again: under
 * its id, and so under its address.
 */
export type TriggerEvent =
  | { readonly type: 'TriggerCreated'; readonly data: { readonly trigger: TriggerRecord; readonly rollback?: RollbackReference } }
  | { readonly type: 'TriggerChanged'; readonly data: { readonly trigger: TriggerRecord; readonly rollback?: RollbackReference } }
  | { readonly type: 'TriggerDeleted'; readonly data: { readonly trigger: TriggerRecord; readonly rollback?: RollbackReference } };

const STREAM_PREFIX = 'trigger:';

export function triggerStream(triggerId: string): string {
  return `${STREAM_PREFIX}${triggerId}`;
}

export function isTriggerStream(streamId: string): boolean {
  return streamId.startsWith(STREAM_PREFIX);
}
