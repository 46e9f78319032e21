import type { WindlassError } from '@windlass/errors';
import { invalidField, refusal } from '../refusal.js';
import type { KeyEvent } from './key.events.js';

/** What a grant may let its grantee do: operations on the key, as their paths name them. */
export const GRANTABLE_OPERATIONS = [
  'create-datakey',
  'create-datakey-without-plaintext',
  'encrypt-datakey',
  'decrypt-datakey',
  'encrypt-data',
  'decrypt-data',
  'sign',
  'verify',
  'get-publickey',
  'describe-key',
  'create-grant',
  'retire-grant',
] as const;

export type GrantableOperation = (typeof GRANTABLE_OPERATIONS)[number];

/** Lets somebody use a key, whatever the policies say that allow nothing. */
export interface KeyGrant {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** Id of a user, or of an account: then of every user of it. */
  readonly grantee: string;
  readonly granteeType: GranteeType;
  readonly operations: readonly GrantableOperation[];
  readonly name: string;
  /** The user who made it. */
  readonly issuer: string;
  /** A user who may end it too; empty when none may. */
  readonly retiring: string;
}

export type GranteeType = 'user' | 'domain';

/** Who asks: as itself, or through an agency, when it is no user whom a grant could name. */
export interface GrantHolder {
  readonly userId: string;
  readonly domainId: string;
  readonly throughAgency: boolean;
}

/** What a caller asks of a new grant. */
export interface WantedGrant extends Omit<KeyGrant, 'granteeType' | 'operations'> {
  readonly granteeType: string;
  readonly operations: readonly string[];
}

export type GrantCommand =
  /** `within`: what a caller who may grant by a grant only may pass on; undefined when policies let it grant. */
  | { readonly kind: 'create_grant'; readonly wanted: WantedGrant; readonly limit: number; readonly within: GrantHolder | undefined }
  | { readonly kind: 'revoke_grant'; readonly grantId: string }
  | { readonly kind: 'retire_grant'; readonly grantId: string; readonly by: GrantHolder };

const PRINCIPAL = /^[a-zA-Z0-9-]{1,64}$/;
const NAME = /^[a-zA-Z0-9:/_-]{0,255}$/;
/** Of one grantee on one key. */
const MOST_OF_ONE_GRANTEE = 50;

export function decideGrants(grants: readonly KeyGrant[], command: GrantCommand): readonly KeyEvent[] {
  switch (command.kind) {
    case 'create_grant': {
      const grant = grantOf(command.wanted);
      const passable = command.within && operationsGranted(grants, command.within);
      const beyond = passable && grant.operations.find((operation) => !passable.has(operation));
      if (beyond !== undefined) throw beyondOwnGrant(beyond);
      if (grants.length >= command.limit) throw tooManyGrants(command.limit);
      if (grants.filter(({ grantee }) => grantee === grant.grantee).length >= MOST_OF_ONE_GRANTEE) throw tooManyOfOneGrantee();
      return [{ type: 'KeyGrantCreated', data: { grant } }];
    }
    case 'revoke_grant':
      requireGrant(grants, command.grantId);
      return [{ type: 'KeyGrantRevoked', data: { grantId: command.grantId } }];
    case 'retire_grant':
      if (!mayRetire(requireGrant(grants, command.grantId), command.by)) throw retirementForbidden();
      return [{ type: 'KeyGrantRetired', data: { grantId: command.grantId } }];
    default:
      return command satisfies never;
  }
}

/** Whether the grant is to that caller. Who acts through an agency has what its account has, and nothing of the user's own. */
export function isGrantee({ grantee, granteeType }: Pick<KeyGrant, 'grantee' | 'granteeType'>, { userId, domainId, throughAgency }: GrantHolder): boolean {
  return granteeType === 'domain' ? grantee === domainId : grantee === userId && !throughAgency;
}

/** The user who made it, the one it names for that, and a grantee who was granted to. */
export function mayRetire(grant: KeyGrant, by: GrantHolder): boolean {
  const named = !by.throughAgency && (by.userId === grant.issuer || by.userId === grant.retiring);
  return named || (isGrantee(grant, by) && grant.operations.includes('retire-grant'));
}

function operationsGranted(grants: readonly KeyGrant[], to: GrantHolder): ReadonlySet<GrantableOperation> {
  return new Set(grants.filter((grant) => isGrantee(grant, to)).flatMap(({ operations }) => operations));
}

function grantOf({ operations: wanted, granteeType: type, ...rest }: WantedGrant): KeyGrant {
  const granteeType = type === '' ? 'user' : type;
  if (granteeType !== 'user' && granteeType !== 'domain') throw invalidPrincipal('grantee_principal_type is user or domain');
  if (!PRINCIPAL.test(rest.grantee)) throw invalidPrincipal(`grantee_principal is the id of a ${granteeType === 'user' ? 'user' : 'domain'}`);
  if (rest.retiring !== '' && !PRINCIPAL.test(rest.retiring)) throw invalidPrincipal('retiring_principal is the id of a user');
  if (!NAME.test(rest.name)) throw invalidField('name', 'has at most 255 letters, digits, ":", "/", "_" and "-"');
  const operations = GRANTABLE_OPERATIONS.filter((operation) => wanted.includes(operation));
  const unknown = wanted.find((operation) => !GRANTABLE_OPERATIONS.some((known) => known === operation));
  if (operations.length === 0 || unknown !== undefined) throw invalidOperations(`they are some of ${GRANTABLE_OPERATIONS.join(', ')}`);
  if (operations.length === 1 && operations[0] === 'create-grant') throw invalidOperations('create-grant may not be the only one');
  return { ...rest, granteeType, operations };
}

function requireGrant(grants: readonly KeyGrant[], id: string): KeyGrant {
  const grant = grants.find((known) => known.id === id);
  if (grant === undefined) throw grantNotFound();
  return grant;
}

function invalidOperations(rule: string): WindlassError {
  return refusal('invalid', 'KMS.2401', 'INVALID_GRANT_OPERATIONS', `The operations are invalid: ${rule}.`);
}

function invalidPrincipal(rule: string): WindlassError {
  return refusal('invalid', 'KMS.2402', 'INVALID_GRANT_PRINCIPAL', `The principal of the grant is invalid: ${rule}.`);
}

function beyondOwnGrant(operation: string): WindlassError {
  return refusal('forbidden', 'KMS.2403', 'BEYOND_OWN_GRANT', `A grant that was granted passes on no more than itself: ${operation} is not granted to the caller.`);
}

function tooManyGrants(limit: number): WindlassError {
  return refusal('quota_exceeded', 'KMS.2404', 'TOO_MANY_GRANTS', `The key has ${limit} grants, the most that one may have. Revoke those that are no longer needed.`);
}

function tooManyOfOneGrantee(): WindlassError {
  return refusal('quota_exceeded', 'KMS.2405', 'TOO_MANY_GRANTS_OF_PRINCIPAL', `The principal has ${MOST_OF_ONE_GRANTEE} grants of the key, the most that one may have of one key. Revoke those that are no longer needed.`);
}

export function grantNotFound(): WindlassError {
  return refusal('not_found', 'KMS.2501', 'GRANT_NOT_FOUND', 'The grant does not exist, or is one of another key.');
}

function retirementForbidden(): WindlassError {
  const message = 'The grant is retired by the user who made it, by its retiring_principal, or by its grantee when retire-grant was granted. Others revoke it.';
  return refusal('forbidden', 'KMS.0307', 'RETIREMENT_FORBIDDEN', message);
}
