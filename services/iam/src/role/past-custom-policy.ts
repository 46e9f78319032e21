import { unknownEvent, type StoredEvent } from '@windlass/event-store';
import type { CustomPolicyEvent } from './custom-policy.decider.js';
import type { CustomPolicyRow } from './custom-policy.entity.js';

/** A custom policy as its read model has it, from its events alone: the same as `projectCustomPolicy` at any moment. */
export const pastCustomPolicy = {
  initial: undefined as CustomPolicyRow | undefined,

  evolve(row: CustomPolicyRow | undefined, event: StoredEvent<CustomPolicyEvent>): CustomPolicyRow | undefined {
    switch (event.type) {
      case 'CustomPolicyCreated':
        return { ...event.data, createdAt: event.recordedAt, updatedAt: event.recordedAt };
      case 'CustomPolicyUpdated':
        return row && { ...row, ...event.data, updatedAt: event.recordedAt };
      case 'CustomPolicyDeleted':
        return undefined;
      default:
        return unknownEvent(event);
    }
  },
};
