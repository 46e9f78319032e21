import type { CreateTemporaryAccessKeyRequest } from '@windlass/contracts/iam/v1/temporary_credential_service';
import { WindlassError } from '@windlass/errors';
import type { AgencyReference } from '../agency/assume-agency.js';
import { requireLife } from './credential-life.js';

/** What kind of temporary credential is asked for, and for how many seconds. */
export type CredentialRequest = { readonly seconds: number } & (
  | { readonly method: 'token'; /** The caller's, when empty. */ readonly token: string }
  | { readonly method: 'assume_role'; readonly agency: AgencyReference }
);

/** The body of POST /v3.0/OS-CREDENTIAL/securitytokens, understood. */
export function readCredentialRequest({ auth }: CreateTemporaryAccessKeyRequest): CredentialRequest {
  const { methods = [], token, assume_role: role } = auth?.identity ?? {};
  if (methods.length !== 1) throw invalid('auth.identity.methods must be ["token"] or ["assume_role"].');
  switch (methods[0]) {
    case 'token':
      return { method: 'token', token: token?.id ?? '', seconds: requireLife(token?.duration_seconds) };
    case 'assume_role': {
      const agencyName = role?.agency_name || role?.xrole_name || '';
      const domain = { id: role?.domain_id ?? '', name: role?.domain_name ?? '' };
      if (agencyName === '' || (domain.id === '' && domain.name === '')) throw invalid('assume_role must have agency_name, and domain_id or domain_name.');
      return { method: 'assume_role', agency: { agencyName, domain }, seconds: requireLife(role?.duration_seconds) };
    }
    default:
      throw invalid('auth.identity.methods must be ["token"] or ["assume_role"].');
  }
}

function invalid(message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'BODY_INVALID', code: 'IAM.0011', message: `The request body is invalid: ${message}` });
}
