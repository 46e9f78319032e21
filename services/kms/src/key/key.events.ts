import type { KeySpec, KeyUsage } from './key-spec.js';

/** What is known about a key. Its material is kept elsewhere: no event ever holds it. */
export interface KeyDetails {
  readonly domainId: string;
  readonly projectId: string;
  readonly alias: string;
  readonly description: string;
  readonly enterpriseProjectId: string;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly materialVersion: number;
  readonly origin: KeyOrigin;
  /** Made by a service of the platform for itself: its tenant uses it and does not change it. */
  readonly defaultKey: boolean;
}

/** Who made the material. */
export type KeyOrigin = 'kms';

type Nothing = Record<string, never>;

/** Times are RFC 3339 in UTC. */
export type KeyEvent =
  | { readonly type: 'KeyCreated'; readonly data: KeyDetails }
  | { readonly type: 'KeyDisabled'; readonly data: Nothing }
  | { readonly type: 'KeyEnabled'; readonly data: Nothing }
  | { readonly type: 'KeyAliasChanged'; readonly data: { readonly alias: string } }
  | { readonly type: 'KeyDescriptionChanged'; readonly data: { readonly description: string } }
  | { readonly type: 'KeyDeletionScheduled'; readonly data: { readonly deletionAt: string } }
  /** The key is disabled then. */
  | { readonly type: 'KeyDeletionCancelled'; readonly data: Nothing }
  /** Its material is erased in the same transaction: nothing it wrapped opens again. */
  | { readonly type: 'KeyDeleted'; readonly data: Nothing }
  | { readonly type: 'KeyRotationEnabled'; readonly data: { readonly rotationIntervalDays: number; readonly nextRotationAt: string } }
  | { readonly type: 'KeyRotationDisabled'; readonly data: Nothing }
  | { readonly type: 'KeyRotationIntervalChanged'; readonly data: { readonly rotationIntervalDays: number; readonly nextRotationAt: string } }
  /** From now on the new material seals; the earlier ones stay to open what they sealed. Null: no rotation is due by itself. */
  | { readonly type: 'KeyRotated'; readonly data: { readonly materialVersion: number; readonly nextRotationAt: string | null } };
