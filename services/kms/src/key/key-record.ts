import { unknownEvent, type StoredEvent } from '@windlass/event-store';
import { keyIdOf } from './key.decider.js';
import type { KeyDetails, KeyEvent } from './key.events.js';
import type { KeyTag } from './key-tags.js';
import { DEFAULT_ROTATION } from './rotation.js';

export type KeyStatus = 'enabled' | 'disabled' | 'pending_import' | 'pending_deletion';

/** A key as the API shows it: what `KeyRow` keeps of it today, and its events tell of any day. */
export interface KeyRecord extends KeyDetails {
  readonly id: string;
  readonly state: KeyStatus;
  readonly createdAt: Date;
  /** When it is deleted; null unless that is pending. */
  readonly deletionAt: Date | null;
  readonly rotationIntervalDays: number;
  /** Null while rotation is off. */
  readonly nextRotationAt: Date | null;
  readonly lastRotationAt: Date | null;
  /** When its imported material is erased; null when that is not foreseen. */
  readonly materialExpiresAt: Date | null;
  readonly tags: readonly KeyTag[];
}

export const NO_KEY = undefined;

/** The key after an event of its stream; undefined before its first and after its deletion. */
export function evolveKeyRecord(record: KeyRecord | undefined, event: StoredEvent<KeyEvent>): KeyRecord | undefined {
  switch (event.type) {
    case 'KeyCreated':
      return newRecord(event, event.data as KeyDetails);
    case 'KeyDeleted':
      return undefined;
    default:
      return record && { ...record, ...changeOfRecord(event) };
  }
}

export function newRecord(event: Pick<StoredEvent, 'streamId' | 'recordedAt'>, details: KeyDetails): KeyRecord {
  const { intervalDays: rotationIntervalDays, nextAt: nextRotationAt } = DEFAULT_ROTATION;
  return { ...details, id: keyIdOf(event.streamId), state: 'enabled', createdAt: event.recordedAt, deletionAt: null, rotationIntervalDays, nextRotationAt: dateOf(nextRotationAt), lastRotationAt: null, materialExpiresAt: null, tags: [] };
}

/** What an event changes of a key that is there before and after it. */
export function changeOfRecord(event: StoredEvent<KeyEvent>): Partial<KeyRecord> {
  const happened = event as KeyEvent;
  switch (happened.type) {
    case 'KeyCreated':
    case 'KeyDeleted':
      throw new Error(`An event of the type ${happened.type} is no change of a key.`);
    case 'KeyEnabled':
      return { state: 'enabled' };
    case 'KeyDisabled':
      return { state: 'disabled' };
    case 'KeyAliasChanged':
    case 'KeyDescriptionChanged':
      return happened.data;
    case 'KeyDeletionScheduled':
      return { state: 'pending_deletion', deletionAt: new Date(happened.data.deletionAt) };
    case 'KeyDeletionCancelled':
      return { state: 'disabled', deletionAt: null };
    case 'KeyRotationEnabled':
    case 'KeyRotationIntervalChanged':
      return { rotationIntervalDays: happened.data.rotationIntervalDays, nextRotationAt: new Date(happened.data.nextRotationAt) };
    case 'KeyRotationDisabled':
      return { nextRotationAt: null };
    case 'KeyRotated':
      return { materialVersion: happened.data.materialVersion, nextRotationAt: dateOf(happened.data.nextRotationAt), lastRotationAt: event.recordedAt };
    case 'KeyImportAwaited':
      return { state: 'pending_import' };
    case 'KeyMaterialImported':
      return { state: 'enabled', materialExpiresAt: dateOf(happened.data.materialExpiresAt) };
    case 'KeyMaterialRemoved':
      return { materialExpiresAt: null };
    case 'KeyTagsChanged':
      return { tags: happened.data.tags };
    case 'KeyGrantCreated':
    case 'KeyGrantRevoked':
    case 'KeyGrantRetired':
      return {};
    default:
      return unknownEvent(happened);
  }
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
