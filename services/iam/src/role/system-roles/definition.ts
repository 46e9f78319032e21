import type { RoleType } from '../role.js';

/** A role of the system as the files of this folder write it down. */
export interface SystemRoleDefinition {
  /** Its id is made of this: a name never changes. */
  readonly name: string;
  readonly displayName: string;
  readonly catalog: string;
  readonly type: RoleType;
  readonly description: string;
  readonly descriptionCn: string;
  /** What it allows. No role of the system denies. */
  readonly actions: readonly string[];
}

/** A coarse role (grammar 1.0), which may need others beside it. */
export interface SystemRole extends SystemRoleDefinition {
  readonly kind: 'role';
  readonly depends?: readonly { readonly catalog: string; readonly display_name: string }[];
}

/** A fine-grained policy (grammar 1.1). */
export interface SystemPolicy extends SystemRoleDefinition {
  readonly kind: 'policy';
}

export const TENANT_GUEST = { catalog: 'BASE', display_name: 'Tenant Guest' } as const;
export const TENANT_ADMINISTRATOR = { catalog: 'BASE', display_name: 'Tenant Administrator' } as const;
