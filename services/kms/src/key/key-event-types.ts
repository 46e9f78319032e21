import type { EventTypes } from '@windlass/event-store';
import type { KeyEvent } from './key.decider.js';

/** Events of keys, and how earlier ones are read. */
export const keyEventTypes: EventTypes<KeyEvent> = {
  // Every key was the tenant's own, and its material made here.
  KeyCreated: [(data) => ({ ...data, origin: 'kms', defaultKey: false })],
  KeyDisabled: [],
  KeyEnabled: [],
};
