import type { PolicyDocument } from './role.js';

/** A custom policy is either for global services ("AX") or for those of projects ("XA"). */
export type CustomPolicyType = 'AX' | 'XA';

/** What its author says of a custom policy. */
export interface CustomPolicyContent {
  readonly displayName: string;
  readonly type: CustomPolicyType;
  readonly description: string;
  readonly descriptionCn: string;
  readonly policy: PolicyDocument;
}
