import { unknownEvent, type StoredEvent } from '@windlass/event-store';
import { keyIdOf, type KeyDetails, type KeyEvent } from './key.decider.js';

/** A key as the API shows it: what `KeyRow` keeps of it today, and its events tell of any day. */
export interface KeyRecord extends KeyDetails {
  readonly id: string;
  readonly state: 'enabled' | 'disabled';
  readonly createdAt: Date;
}

export const NO_KEY = undefined;

/** The key after an event of its stream; undefined before its first. */
export function evolveKeyRecord(record: KeyRecord | undefined, event: StoredEvent<KeyEvent>): KeyRecord | undefined {
  const happened = event as KeyEvent;
  switch (happened.type) {
    case 'KeyCreated':
      return { ...happened.data, id: keyIdOf(event.streamId), state: 'enabled', createdAt: event.recordedAt };
    case 'KeyEnabled':
      return record && { ...record, state: 'enabled' };
    case 'KeyDisabled':
      return record && { ...record, state: 'disabled' };
    default:
      return unknownEvent(happened);
  }
}
