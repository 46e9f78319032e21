/** A policy document as its author wrote it: JSON in the grammar 1.1 (or 1.0, for a system role). */
export type PolicyDocument = object;

/** "AX" reaches the services of the account (IAM, EPS), "XA" those of its projects, "AA" both; the API's spelling of a role's reach. */
export type RoleType = 'AX' | 'XA' | 'AA';

/** What can be granted: a role or policy of the system, or a custom policy of an account. */
export interface Role {
  readonly id: string;
  /** The account a custom policy belongs to; the system's own roles belong to none. */
  readonly domainId: string | undefined;
  /** What programs call it, such as "te_admin" or "custom_<account>_3". */
  readonly name: string;
  /** What people call it, such as "Tenant Administrator". */
  readonly displayName: string;
  /** The service it is filed under; "CUSTOMED" for a custom policy. */
  readonly catalog: string;
  readonly type: RoleType;
  /** A role is coarse and may depend on others; a policy is fine-grained and stands alone. */
  readonly kind: 'role' | 'policy';
  readonly description: string;
  readonly descriptionCn: string;
  readonly policy: PolicyDocument;
  /** When a custom policy was made and last changed. */
  readonly times: { readonly createdAt: Date; readonly updatedAt: Date } | undefined;
}
