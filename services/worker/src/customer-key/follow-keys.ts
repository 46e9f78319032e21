import { KeyEvent } from '@windlass/contracts/kms/v1/kms_events';
import type { Consumption, EventBus } from '@windlass/event-bus';
import type { KeyNews, KeyStates } from './key-states.js';

const STATES: ReadonlySet<string> = new Set<KeyNews['state']>(['enabled', 'disabled', 'pending_import', 'pending_deletion', 'deleted']);

/** Follows what the key service tells of keys, in order for each. Every worker hears all of it. */
export function followKeys(options: { readonly bus: EventBus; readonly workerId: string; readonly states: KeyStates; readonly changed: (news: KeyNews) => void }): Promise<Consumption> {
  const { bus, workerId, states, changed } = options;
  return bus.consume({
    group: `worker.${workerId}.keys`,
    topics: ['kms.keys'],
    onMessages: async (messages) => {
      for (const { payload } of messages) {
        const { key_id: keyId, state, revision } = KeyEvent.decode(payload);
        // A state that a newer key service knows and we do not is none that a key can be used in.
        const news = { keyId, state: STATES.has(state) ? (state as KeyNews['state']) : 'disabled', revision } as const;
        if (states.learn(news)) changed(news);
      }
    },
  });
}
