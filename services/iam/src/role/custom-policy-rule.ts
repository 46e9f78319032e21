import { WindlassError } from '@windlass/errors';
import { CUSTOM_POLICY, parsePolicy } from '@windlass/policy-engine';
import { requireDescription } from '../description-rule.js';
import type { CustomPolicyContent, CustomPolicyType } from './custom-policy.js';
import type { PolicyDocument } from './role.js';

/** Content as a caller sends it: anything may be missing, and some of it is not the caller's to say. */
export interface ProposedContent {
  readonly displayName: string | undefined;
  readonly type: string | undefined;
  readonly description: string | undefined;
  readonly descriptionCn: string | undefined;
  readonly policy: PolicyDocument | undefined;
  readonly catalog: string | undefined;
  readonly flag: string | undefined;
  readonly name: string | undefined;
}

const LONGEST_DISPLAY_NAME = 64;
// Letters of other scripts look like these: a policy must not pass for another one.
const DISPLAY_NAME_FORM = /^[A-Za-z0-9\p{Script=Han} _.-]+$/u;

/** What a proposal says, on top of what was there; refused under the vendor's numbers when it breaks a rule. */
export function requireContent(proposed: ProposedContent, before?: CustomPolicyContent): CustomPolicyContent {
  requireOwnMembersOnly(proposed);
  const description = proposed.description ?? before?.description ?? '';
  const descriptionCn = proposed.descriptionCn ?? before?.descriptionCn ?? '';
  requireDescription(description);
  requireDescription(descriptionCn);
  return {
    displayName: requireDisplayName(proposed.displayName ?? before?.displayName),
    type: requireType(proposed.type ?? before?.type),
    description,
    descriptionCn,
    policy: requirePolicy(proposed.policy ?? before?.policy),
  };
}

function requireOwnMembersOnly({ catalog, flag, name }: ProposedContent): void {
  const theirs = (what: string) => `"${what}" is chosen by the service; leave it out.`;
  if (catalog !== undefined) throw refused('IAM.1006', 'CATALOG_GIVEN', theirs('catalog'));
  if (flag !== undefined) throw refused('IAM.1007', 'FLAG_GIVEN', theirs('flag'));
  if (name !== undefined) throw refused('IAM.1008', 'NAME_GIVEN', theirs('name'));
}

function requireDisplayName(name: string | undefined): string {
  if (name === undefined || name.trim() === '') throw refused('IAM.1001', 'DISPLAY_NAME_BLANK', 'display_name must not be blank.');
  if ([...name].length > LONGEST_DISPLAY_NAME) {
    throw refused('IAM.1002', 'DISPLAY_NAME_TOO_LONG', `display_name must have at most ${LONGEST_DISPLAY_NAME} characters.`);
  }
  if (!DISPLAY_NAME_FORM.test(name)) {
    throw refused('IAM.1003', 'DISPLAY_NAME_CHARACTERS', 'display_name must consist of letters, digits, Chinese characters, blanks, "_", "-" and ".".');
  }
  return name;
}

function requireType(type: string | undefined): CustomPolicyType {
  switch (type) {
    case 'AX':
    case 'XA':
      return type;
    case undefined:
    case '':
      throw refused('IAM.1004', 'TYPE_MISSING', 'type is missing: "AX" for a policy on global services, "XA" for one on services of projects.');
    case 'AA':
    case 'XX':
      throw refused('IAM.1009', 'TYPE_NOT_CUSTOM', `A custom policy must have the type "AX" or "XA", not "${type}".`);
    default:
      throw refused('IAM.1005', 'TYPE_INVALID', 'type must be "AX" or "XA".');
  }
}

function requirePolicy(policy: PolicyDocument | undefined): PolicyDocument {
  const parsed = parsePolicy(policy, { limits: CUSTOM_POLICY });
  if (!parsed.ok) throw refused(parsed.problem.code, parsed.problem.reason, parsed.problem.message);
  return policy as PolicyDocument;
}

function refused(code: string, reason: string, message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason, code, message });
}
