import type { EventTypes } from '@windlass/event-store';
import type { KeyEvent } from './key.events.js';

/** Events of keys, and how earlier ones are read. */
export const keyEventTypes: EventTypes<KeyEvent> = {
  // Every key was the tenant's own, and its material made here; later its material could also come from elsewhere.
  KeyCreated: [(data) => ({ ...data, origin: 'kms', defaultKey: false }), (data) => data],
  KeyDisabled: [],
  KeyEnabled: [],
  KeyAliasChanged: [],
  KeyDescriptionChanged: [],
  KeyDeletionScheduled: [],
  KeyDeletionCancelled: [],
  KeyDeleted: [],
  KeyRotationEnabled: [],
  KeyRotationDisabled: [],
  KeyRotationIntervalChanged: [],
  KeyRotated: [],
  KeyImportAwaited: [],
  KeyMaterialImported: [],
  KeyMaterialRemoved: [],
  KeyTagsChanged: [],
  KeyGrantCreated: [],
  KeyGrantRevoked: [],
  KeyGrantRetired: [],
};
