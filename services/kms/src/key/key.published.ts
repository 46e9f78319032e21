import { KeyEvent as KeyMessage } from '@windlass/contracts/kms/v1/kms_events';
import type { BusMessage } from '@windlass/event-bus';
import { unknownEvent, type StoredEvent } from '@windlass/event-store';
import { isKeyStream, keyIdOf } from './key.decider.js';
import type { KeyEvent } from './key.events.js';
import type { KeyStatus } from './key-record.js';

export const KEYS_TOPIC = 'kms.keys';

// Null for what changes nothing about whether a key can be used.
const STATE_AFTER: Readonly<Record<KeyEvent['type'], KeyStatus | 'deleted' | null>> = {
  KeyCreated: 'enabled',
  KeyEnabled: 'enabled',
  KeyDisabled: 'disabled',
  KeyAliasChanged: null,
  KeyDescriptionChanged: null,
  KeyDeletionScheduled: 'pending_deletion',
  KeyDeletionCancelled: 'disabled',
  KeyDeleted: 'deleted',
  KeyRotationEnabled: null,
  KeyRotationDisabled: null,
  KeyRotationIntervalChanged: null,
  KeyRotated: null,
  KeyImportAwaited: 'pending_import',
  KeyMaterialImported: 'enabled',
  // Followed by another event, unless the key is to be deleted, which it stays.
  KeyMaterialRemoved: null,
  KeyTagsChanged: null,
  KeyGrantCreated: null,
  KeyGrantRevoked: null,
  KeyGrantRetired: null,
};

/** What other services are told of an event: the state of the key after it, where it has another. */
export function publishKey(event: StoredEvent): BusMessage | undefined {
  if (!isKeyStream(event.streamId)) return undefined;
  if (!Object.hasOwn(STATE_AFTER, event.type)) return unknownEvent(event as never);
  const state = STATE_AFTER[event.type as KeyEvent['type']];
  if (state === null) return undefined;
  const key_id = keyIdOf(event.streamId);
  const payload = KeyMessage.encode({ key_id, domain_id: event.tenant, state, revision: event.version }).finish();
  return { topic: KEYS_TOPIC, key: key_id, entity: key_id, id: event.id, payload };
}
