import type { Upcasters } from '@windlass/event-store';

/** How events of keys from earlier releases are read. */
export const keyUpcasters: Upcasters = {
  // Every key was the tenant's own, and its material made here.
  KeyCreated: [(data) => ({ ...data, origin: 'kms', defaultKey: false })],
};
