import { unknownEvent, type Decider } from '@windlass/event-store';
import type { KeyEvent } from './key.events.js';
import { usageOf, type KeySpec } from './key-spec.js';
import { alreadyPendingDeletion, invalidPendingDays, keyDisabled, keyNotDisabled, keyNotEnabled, keyNotFound, keyPendingDeletion, notForDefaultKeys, notPendingDeletion } from './key.errors.js';
import { detailsOf, FIRST_MATERIAL_VERSION, requireAlias, requireDescription, type NewKey, type ServiceKey } from './new-key.js';
import { decideRotation, DEFAULT_ROTATION, type Rotation, type RotationCommand } from './rotation.js';

/** What changes a key that is there. */
export type KeyChange =
  | { readonly kind: 'enable' }
  | { readonly kind: 'disable' }
  | { readonly kind: 'change_alias'; readonly alias: string }
  | { readonly kind: 'change_description'; readonly description: string }
  | { readonly kind: 'schedule_deletion'; readonly pendingDays: number; readonly at: Date }
  | { readonly kind: 'cancel_deletion' }
  | RotationCommand;

export type KeyCommand =
  | ({ readonly kind: 'create' } & NewKey)
  | { readonly kind: 'create_for_service'; readonly details: ServiceKey }
  /** What the clock asks for: nothing happens when it is not due. */
  | { readonly kind: 'delete_when_due'; readonly at: Date }
  | KeyChange;

interface LivingKey {
  readonly status: 'enabled' | 'disabled' | 'pending_deletion';
  readonly defaultKey: boolean;
  readonly keySpec: KeySpec;
  readonly alias: string;
  readonly description: string;
  readonly materialVersion: number;
  /** RFC 3339; null unless pending. */
  readonly deletionAt: string | null;
  readonly rotation: Rotation;
}

export type KeyState = { readonly status: 'absent' } | LivingKey;

const [FEWEST_PENDING_DAYS, MOST_PENDING_DAYS] = [7, 1096];
const DAY_MS = 24 * 60 * 60_000;

export const key: Decider<KeyState, KeyCommand, KeyEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.kind) {
      case 'create':
        return [{ type: 'KeyCreated', data: detailsOf(command) }];
      case 'create_for_service':
        return [{ type: 'KeyCreated', data: { ...command.details, keyUsage: usageOf(command.details.keySpec), materialVersion: FIRST_MATERIAL_VERSION, origin: 'kms' } }];
      case 'delete_when_due':
        return state.status === 'pending_deletion' && state.deletionAt !== null && Date.parse(state.deletionAt) <= command.at.getTime() ? [{ type: 'KeyDeleted', data: {} }] : [];
      case 'rotate_when_due':
        return state.status === 'enabled' ? decideRotation(state, command) : [];
      default:
        if (state.status === 'absent') throw keyNotFound();
        if (state.defaultKey) throw notForDefaultKeys();
        return decideChange(state, command);
    }
  },

  evolve(state, event) {
    if (event.type === 'KeyCreated') {
      const { defaultKey, keySpec, alias, description, materialVersion } = event.data;
      return { status: 'enabled', defaultKey, keySpec, alias, description, materialVersion, deletionAt: null, rotation: DEFAULT_ROTATION };
    }
    return state.status === 'absent' ? state : evolveLiving(state, event);
  },
};

function decideChange(state: LivingKey, command: KeyChange): readonly KeyEvent[] {
  switch (command.kind) {
    case 'cancel_deletion':
      if (state.status !== 'pending_deletion') throw notPendingDeletion();
      return [{ type: 'KeyDeletionCancelled', data: {} }];
    case 'schedule_deletion':
      return scheduleDeletion(state, command.pendingDays, command.at);
    default:
      if (state.status === 'pending_deletion') throw keyPendingDeletion();
  }
  switch (command.kind) {
    case 'enable':
      if (state.status === 'enabled') throw keyNotDisabled();
      return [{ type: 'KeyEnabled', data: {} }];
    case 'disable':
      if (state.status === 'disabled') throw keyNotEnabled();
      return [{ type: 'KeyDisabled', data: {} }];
    case 'change_alias':
      requireAlias(command.alias);
      return command.alias === state.alias ? [] : [{ type: 'KeyAliasChanged', data: { alias: command.alias } }];
    case 'change_description':
      requireDescription(command.description);
      return command.description === state.description ? [] : [{ type: 'KeyDescriptionChanged', data: { description: command.description } }];
    default:
      if (state.status === 'disabled') throw keyDisabled();
      return decideRotation(state, command);
  }
}

function scheduleDeletion(state: LivingKey, days: number, at: Date): readonly KeyEvent[] {
  if (!Number.isInteger(days) || days < FEWEST_PENDING_DAYS || days > MOST_PENDING_DAYS) throw invalidPendingDays(FEWEST_PENDING_DAYS, MOST_PENDING_DAYS);
  if (state.status === 'pending_deletion') throw alreadyPendingDeletion();
  return [{ type: 'KeyDeletionScheduled', data: { deletionAt: new Date(at.getTime() + days * DAY_MS).toISOString() } }];
}

function evolveLiving(state: LivingKey, event: Exclude<KeyEvent, { type: 'KeyCreated' }>): KeyState {
  switch (event.type) {
    case 'KeyEnabled':
      return { ...state, status: 'enabled' };
    case 'KeyDisabled':
      return { ...state, status: 'disabled' };
    case 'KeyAliasChanged':
    case 'KeyDescriptionChanged':
      return { ...state, ...event.data };
    case 'KeyDeletionScheduled':
      return { ...state, status: 'pending_deletion', deletionAt: event.data.deletionAt };
    case 'KeyDeletionCancelled':
      return { ...state, status: 'disabled', deletionAt: null };
    case 'KeyDeleted':
      return { status: 'absent' };
    case 'KeyRotationEnabled':
    case 'KeyRotationIntervalChanged':
      return { ...state, rotation: { intervalDays: event.data.rotationIntervalDays, nextAt: event.data.nextRotationAt } };
    case 'KeyRotationDisabled':
      return { ...state, rotation: { ...state.rotation, nextAt: null } };
    case 'KeyRotated':
      return { ...state, materialVersion: event.data.materialVersion, rotation: { ...state.rotation, nextAt: event.data.nextRotationAt } };
    default:
      return unknownEvent(event);
  }
}

const STREAM_PREFIX = 'key-';

export function keyStream(keyId: string): string {
  return `${STREAM_PREFIX}${keyId}`;
}

export function keyIdOf(streamId: string): string {
  return streamId.slice(STREAM_PREFIX.length);
}

export function isKeyStream(streamId: string): boolean {
  return streamId.startsWith(STREAM_PREFIX);
}
