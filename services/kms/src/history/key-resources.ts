import { resourceOfEvents, type HistoryResource } from '@windlass/resource-history';
import { keyStream } from '../key/index.js';

/** What kms keeps as events, as the audit trail tells of it. */
export const KEY_RESOURCES: readonly HistoryResource[] = [
  resourceOfEvents({
    type: 'key',
    streamPrefix: keyStream(''),
    name: 'alias',
    ends: ['KeyDeleted'],
    states: {
      KeyCreated: { state: 'enabled' },
      KeyEnabled: { state: 'enabled' },
      KeyDisabled: { state: 'disabled' },
      KeyDeletionScheduled: { state: 'pending_deletion' },
      KeyDeletionCancelled: { state: 'disabled', deletion_at: null },
      KeyRotationDisabled: { next_rotation_at: null },
      KeyImportAwaited: { state: 'pending_import' },
      KeyMaterialImported: { state: 'enabled' },
      KeyMaterialRemoved: { material_expires_at: null },
    },
    // Grants come and go beside what the key is; each is in the trail by its own event.
    without: ['grant', 'grantId', 'cause'],
  }),
];
