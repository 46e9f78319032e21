import type { CreateTokenRequest, CreateTokenRequest_Password, CreateTokenRequest_Reference, CreateTokenRequest_Scope } from '@windlass/contracts/iam/v1/token_service';
import { WindlassError } from '@windlass/errors';
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

export interface LogInRequest {
  readonly user: UserReference;
  readonly password: string;
  readonly scope: RequestedScope;
}

/** The body of POST /v3/auth/tokens, understood. Throws `invalid` in the words of IAM v3. */
export function readLogInRequest({ auth }: CreateTokenRequest): LogInRequest {
  const methods = auth?.identity?.methods ?? [];
  if (methods.length === 0) throw invalidBody();
  if (methods.length > 1 || methods[0] !== 'password') throw unsupportedMethods(methods);
  const { password, ...reference } = auth?.identity?.password?.user ?? nobody;
  if (password === '') throw invalidBody();
  return { user: readUser(reference), password, scope: readScope(auth?.scope) };
}

type BodyUser = NonNullable<CreateTokenRequest_Password['user']>;
const nobody: BodyUser = { id: '', name: '', password: '', domain: undefined };

function readUser({ id, name, domain }: Omit<BodyUser, 'password'>): UserReference {
  if (id !== '') return { by: 'id', userId: id };
  const account = readReference(domain);
  if (name === '') throw invalidBody();
  if (account.id !== '') return { by: 'name', userName: name, account: { domainId: account.id } };
  if (account.name !== '') return { by: 'name', userName: name, account: { domainName: account.name } };
  throw invalidBody();
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

function invalidBody(): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'BODY_INVALID', code: 'IAM.0011', message: 'The request body is invalid' });
}

function unsupportedMethods(methods: readonly string[]): WindlassError {
  return new WindlassError({
    kind: 'invalid',
    reason: 'METHOD_UNSUPPORTED',
    code: 'IAM.0073',
    message: `A log-in with the methods ${JSON.stringify(methods)} is not supported. Supported: ["password"].`,
  });
}
