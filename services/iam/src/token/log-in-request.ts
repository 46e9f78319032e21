import type { CreateTokenRequest, CreateTokenRequest_Password, CreateTokenRequest_Reference, CreateTokenRequest_Scope } from '@windlass/contracts/iam/v1/token_service';
import { WindlassError } from '@windlass/errors';
import type { AgencyReference } from '../agency/assume-agency.js';
import type { UserReference } from '../user/index.js';

/** What of the account the token is for. Nothing asked for means the whole account. */
export type RequestedScope =
  | { readonly kind: 'project'; readonly id: string; readonly name: string; readonly domain: Reference }
  | { readonly kind: 'account'; readonly domain: Reference };

/** By id, by name or both; both empty when nothing is named. */
export interface Reference {
  readonly id: string;
  readonly name: string;
}

/** How a token is asked for. */
export type LogInRequest = { readonly scope: RequestedScope } & (
  | { readonly method: 'password'; readonly user: UserReference; readonly password: string }
  | { readonly method: 'token'; readonly token: string }
  | { readonly method: 'assume_role'; readonly agency: AgencyReference }
);

type Identity = NonNullable<NonNullable<CreateTokenRequest['auth']>['identity']>;

/** The body of POST /v3/auth/tokens, understood. Throws `invalid` in the words of IAM v3. */
export function readLogInRequest({ auth }: CreateTokenRequest): LogInRequest {
  const { identity, scope } = auth ?? { identity: undefined, scope: undefined };
  const methods = identity?.methods ?? [];
  if (identity === undefined || methods.length === 0) throw invalidBody();
  if (methods.length > 1) throw unsupportedMethods(methods);
  switch (methods[0]) {
    case 'password':
      return { method: 'password', ...readPassword(identity), scope: readScope(scope) };
    case 'token':
      return { method: 'token', token: required(identity.token?.id ?? ''), scope: readScope(scope) };
    case 'assume_role':
      // Whoever acts through an agency says where: the agency's whole account is nothing to get by omission.
      if (scope?.project === undefined && scope?.domain === undefined) throw invalidBody();
      return { method: 'assume_role', agency: readAgency(identity), scope: readScope(scope) };
    default:
      throw unsupportedMethods(methods);
  }
}

type BodyUser = NonNullable<CreateTokenRequest_Password['user']>;
const nobody: BodyUser = { id: '', name: '', password: '', domain: undefined };

function readPassword({ password: given }: Identity): { user: UserReference; password: string } {
  const { password, ...reference } = given?.user ?? nobody;
  return { user: readUser(reference), password: required(password) };
}

function readUser({ id, name, domain }: Omit<BodyUser, 'password'>): UserReference {
  if (id !== '') return { by: 'id', userId: id };
  const account = readReference(domain);
  if (name === '') throw invalidBody();
  if (account.id !== '') return { by: 'name', userName: name, account: { domainId: account.id } };
  if (account.name !== '') return { by: 'name', userName: name, account: { domainName: account.name } };
  throw invalidBody();
}

function readAgency({ assume_role: role }: Identity): AgencyReference {
  const domain = { id: role?.domain_id ?? '', name: role?.domain_name ?? '' };
  if (domain.id === '' && domain.name === '') throw invalidBody();
  return { agencyName: required(role?.agency_name || role?.xrole_name || ''), domain };
}

function readScope(scope: CreateTokenRequest_Scope | undefined): RequestedScope {
  // A project wins over a domain named beside it.
  if (scope?.project) {
    const { id, name } = scope.project;
    if (id === '' && name === '') throw invalidBody();
    return { kind: 'project', id, name, domain: readReference(scope.project.domain) };
  }
  const domain = readReference(scope?.domain);
  if (scope?.domain && domain.id === '' && domain.name === '') throw invalidBody();
  return { kind: 'account', domain };
}

function readReference(reference: CreateTokenRequest_Reference | undefined): Reference {
  return { id: reference?.id ?? '', name: reference?.name ?? '' };
}

function required(text: string): string {
  if (text === '') throw invalidBody();
  return text;
}

function invalidBody(): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'BODY_INVALID', code: 'IAM.0011', message: 'The request body is invalid' });
}

function unsupportedMethods(methods: readonly string[]): WindlassError {
  return new WindlassError({
    kind: 'invalid',
    reason: 'METHOD_UNSUPPORTED',
    code: 'IAM.0073',
    message: `A log-in with the methods ${JSON.stringify(methods)} is not supported. Supported: ["password"], ["token"], ["assume_role"].`,
  });
}
