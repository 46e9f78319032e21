import { invalidField } from '../refusal.js';
import { importedKeysDoNotRotate, invalidRotationInterval, rotationNotDisabled, rotationOff, tooManyRotations } from './key.errors.js';
import type { KeyEvent, KeyOrigin } from './key.events.js';
import type { KeySpec } from './key-spec.js';

/** How often a key's material is replaced. */
export interface Rotation {
  readonly intervalDays: number;
  /** RFC 3339; null while it is off. */
  readonly nextAt: string | null;
}

export type RotationCommand =
  | { readonly kind: 'enable_rotation'; readonly at: Date }
  | { readonly kind: 'disable_rotation' }
  | { readonly kind: 'change_rotation_interval'; readonly days: number }
  /** What a tenant asks for. */
  | { readonly kind: 'rotate'; readonly at: Date }
  /** What the clock asks for: nothing happens when it is not due. */
  | { readonly kind: 'rotate_when_due'; readonly at: Date };

export const DEFAULT_ROTATION: Rotation = { intervalDays: 365, nextAt: null };

const [SHORTEST_INTERVAL, LONGEST_INTERVAL] = [30, 365];
/** Versions of material that rotations on demand may bring a key to. Those by interval are rare enough to need no bound. */
const MOST_VERSIONS = 1000;
const DAY_MS = 24 * 60 * 60_000;

/** What an enabled key of that spec decides about its rotation. */
export function decideRotation(key: { readonly keySpec: KeySpec; readonly origin: KeyOrigin; readonly materialVersion: number; readonly rotation: Rotation }, command: RotationCommand): readonly KeyEvent[] {
  const { rotation, materialVersion } = key;
  if (key.keySpec !== 'AES_256') throw invalidField('key_id', `is that of a key of spec AES_256: a key of spec ${key.keySpec} does not rotate, since its public half is known to others`);
  if (key.origin === 'external') throw importedKeysDoNotRotate();
  switch (command.kind) {
    case 'enable_rotation':
      if (rotation.nextAt !== null) throw rotationNotDisabled();
      return [{ type: 'KeyRotationEnabled', data: { rotationIntervalDays: rotation.intervalDays, nextRotationAt: after(command.at, rotation.intervalDays) } }];
    case 'disable_rotation':
      if (rotation.nextAt === null) throw rotationOff();
      return [{ type: 'KeyRotationDisabled', data: {} }];
    case 'change_rotation_interval': {
      const { days } = command;
      if (!Number.isInteger(days) || days < SHORTEST_INTERVAL || days > LONGEST_INTERVAL) throw invalidRotationInterval(SHORTEST_INTERVAL, LONGEST_INTERVAL);
      if (rotation.nextAt === null) throw rotationOff();
      if (days === rotation.intervalDays) return [];
      // The interval counts from where the present one began.
      return [{ type: 'KeyRotationIntervalChanged', data: { rotationIntervalDays: days, nextRotationAt: after(new Date(rotation.nextAt), days - rotation.intervalDays) } }];
    }
    case 'rotate':
      if (materialVersion >= MOST_VERSIONS) throw tooManyRotations(MOST_VERSIONS);
      return [rotated(key, command.at)];
    case 'rotate_when_due':
      return rotation.nextAt !== null && Date.parse(rotation.nextAt) <= command.at.getTime() ? [rotated(key, command.at)] : [];
    default:
      return command satisfies never;
  }
}

function rotated({ materialVersion, rotation }: { readonly materialVersion: number; readonly rotation: Rotation }, at: Date): KeyEvent {
  return { type: 'KeyRotated', data: { materialVersion: materialVersion + 1, nextRotationAt: rotation.nextAt === null ? null : after(at, rotation.intervalDays) } };
}

function after(at: Date, days: number): string {
  return new Date(at.getTime() + days * DAY_MS).toISOString();
}
