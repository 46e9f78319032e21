import type { KeyGrant } from './key-grants.js';
import type { KeyTag } from './key-tags.js';
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

/** Who made the material: the platform, or the tenant, who imports it. */
export type KeyOrigin = 'kms' | 'external';

type Nothing = Record<string, never>;

/** Times are RFC 3339 in UTC. */
export type KeyEvent =
  /** Enabled, unless the next event says that its material is awaited. */
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
  | { readonly type: 'KeyRotated'; readonly data: { readonly materialVersion: number; readonly nextRotationAt: string | null } }
  /** A key whose material is to be imported has none, and is used for nothing until then. */
  | { readonly type: 'KeyImportAwaited'; readonly data: Nothing }
  /** The key is enabled then. Null: the material is kept until somebody deletes it. */
  | { readonly type: 'KeyMaterialImported'; readonly data: { readonly materialExpiresAt: string | null } }
  /** Erased in the same transaction; the same material may be imported again. */
  | { readonly type: 'KeyMaterialRemoved'; readonly data: { readonly cause: 'deleted' | 'expired' } }
  /** All tags there are then, in the order in which they were put on. */
  | { readonly type: 'KeyTagsChanged'; readonly data: { readonly tags: readonly KeyTag[] } }
  | { readonly type: 'KeyGrantCreated'; readonly data: { readonly grant: KeyGrant } }
  | { readonly type: 'KeyGrantRevoked'; readonly data: { readonly grantId: string } }
  /** Given up by one of those whom the grant names. */
  | { readonly type: 'KeyGrantRetired'; readonly data: { readonly grantId: string } };
