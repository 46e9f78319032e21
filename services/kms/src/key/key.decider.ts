import { unknownEvent, type Decider } from '@windlass/event-store';
import type { KeyDetails, KeyEvent } from './key.events.js';
import { decideGrants, type GrantCommand, type KeyGrant } from './key-grants.js';
import { usageOf, type KeySpec } from './key-spec.js';
import { decideTags, type KeyTag, type TagCommand } from './key-tags.js';
import { decideImport, importAwaited, type ImportCommand, type KeyWithMaterial } from './imported-material.js';
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
  | RotationCommand
  | Exclude<ImportCommand, { kind: 'expire_material' }>
  | TagCommand
  | GrantCommand;

export type KeyCommand =
  | ({ readonly kind: 'create' } & NewKey)
  | { readonly kind: 'create_for_service'; readonly details: ServiceKey }
  /** What the clock asks for: nothing happens when it is not due. */
  | { readonly kind: 'delete_when_due'; readonly at: Date }
  | Extract<ImportCommand, { kind: 'expire_material' }>
  | KeyChange;

interface LivingKey extends KeyWithMaterial {
  readonly defaultKey: boolean;
  readonly keySpec: KeySpec;
  readonly alias: string;
  readonly description: string;
  readonly materialVersion: number;
  /** RFC 3339; null unless pending. */
  readonly deletionAt: string | null;
  readonly rotation: Rotation;
  readonly tags: readonly KeyTag[];
  readonly grants: readonly KeyGrant[];
}

export type KeyState = { readonly status: 'absent' } | LivingKey;

const [FEWEST_PENDING_DAYS, MOST_PENDING_DAYS] = [7, 1096];
const DAY_MS = 24 * 60 * 60_000;

export const key: Decider<KeyState, KeyCommand, KeyEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.kind) {
      case 'create':
        return created(detailsOf(command));
      case 'create_for_service':
        return [{ type: 'KeyCreated', data: { ...command.details, keyUsage: usageOf(command.details.keySpec), materialVersion: FIRST_MATERIAL_VERSION, origin: 'kms' } }];
      case 'delete_when_due':
        return state.status === 'pending_deletion' && state.deletionAt !== null && Date.parse(state.deletionAt) <= command.at.getTime() ? [{ type: 'KeyDeleted', data: {} }] : [];
      case 'expire_material':
        return state.status === 'absent' ? [] : decideImport(state, command);
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
      const { defaultKey, keySpec, alias, description, materialVersion, origin } = event.data;
      const nothingYet = { materialExpiresAt: null, deletionAt: null, rotation: DEFAULT_ROTATION, tags: [], grants: [] };
      return { ...nothingYet, status: 'enabled', hasMaterial: true, defaultKey, keySpec, alias, description, materialVersion, origin };
    }
    return state.status === 'absent' ? state : evolveLiving(state, event);
  },
};

function decideChange(state: LivingKey, command: KeyChange): readonly KeyEvent[] {
  switch (command.kind) {
    case 'cancel_deletion':
      if (state.status !== 'pending_deletion') throw notPendingDeletion();
      return [{ type: 'KeyDeletionCancelled', data: {} }, ...(state.hasMaterial ? [] : AWAITING)];
    case 'schedule_deletion':
      return scheduleDeletion(state, command.pendingDays, command.at);
    // What was granted can be taken back of any key.
    case 'revoke_grant':
    case 'retire_grant':
      return decideGrants(state.grants, command);
    default:
      if (state.status === 'pending_deletion') throw keyPendingDeletion();
  }
  switch (command.kind) {
    case 'put_tags':
    case 'remove_tags':
      return decideTags(state.tags, command);
    case 'import_material':
    case 'delete_material':
      return decideImport(state, command);
    case 'change_alias':
      requireAlias(command.alias);
      return command.alias === state.alias ? [] : [{ type: 'KeyAliasChanged', data: { alias: command.alias } }];
    case 'change_description':
      requireDescription(command.description);
      return command.description === state.description ? [] : [{ type: 'KeyDescriptionChanged', data: { description: command.description } }];
    default:
      if (state.status === 'pending_import') throw importAwaited();
  }
  switch (command.kind) {
    case 'enable':
      if (state.status === 'enabled') throw keyNotDisabled();
      return [{ type: 'KeyEnabled', data: {} }];
    case 'disable':
      if (state.status === 'disabled') throw keyNotEnabled();
      return [{ type: 'KeyDisabled', data: {} }];
    case 'create_grant':
      if (state.status === 'disabled') throw keyDisabled();
      return decideGrants(state.grants, command);
    default:
      if (state.status === 'disabled') throw keyDisabled();
      return decideRotation(state, command);
  }
}

const AWAITING: readonly KeyEvent[] = [{ type: 'KeyImportAwaited', data: {} }];

function created(details: KeyDetails): readonly KeyEvent[] {
  return [{ type: 'KeyCreated', data: details }, ...(details.origin === 'external' ? AWAITING : [])];
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
    case 'KeyImportAwaited':
      return { ...state, status: 'pending_import', hasMaterial: false };
    case 'KeyMaterialImported':
      return { ...state, status: 'enabled', hasMaterial: true, materialExpiresAt: event.data.materialExpiresAt };
    case 'KeyMaterialRemoved':
      return { ...state, hasMaterial: false, materialExpiresAt: null };
    case 'KeyTagsChanged':
      return { ...state, tags: event.data.tags };
    case 'KeyGrantCreated':
      return { ...state, grants: [...state.grants, event.data.grant] };
    case 'KeyGrantRevoked':
    case 'KeyGrantRetired':
      return { ...state, grants: state.grants.filter(({ id }) => id !== event.data.grantId) };
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
