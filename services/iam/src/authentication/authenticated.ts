import { Principal } from '@windlass/contracts/iam/v1/principal';
import { WindlassError } from '@windlass/errors';
import type { ProjectRow } from '../project/index.js';
import type { UserRow } from '../user/index.js';

/** A credential that proved who calls. */
export interface Authenticated {
  readonly principal: Principal;
  /** Until when the edge may remember it; so it is also how long a withdrawn credential may still work. */
  readonly cacheableUntil: Date;
}

const CACHE_MS = 5_000;

/** The caller, for a few seconds or until the credential ends, whichever comes first. Refuses who may not act (any more). */
export function authenticated(
  user: UserRow,
  credential: { readonly project: ProjectRow | undefined; readonly accessKey: string; readonly expiresAt?: Date },
  now: Date,
): Authenticated {
  if (user.status !== 'enabled') throw refused('USER_DISABLED', 'the user is disabled');
  if (user.account.status !== 'active') throw refused('ACCOUNT_NOT_ACTIVE', `the account is ${user.account.status}`);
  const principal: Principal = {
    domain_id: user.account.domainId,
    domain_name: user.account.name,
    user_id: user.userId,
    user_name: user.name,
    project_id: credential.project?.projectId ?? '',
    project_name: credential.project?.name ?? '',
    roles: user.roles,
    access_key: credential.accessKey,
    agency_id: '',
    agency_name: '',
    // iam knows who calls; what a call may reach is decided at the edge, call by call.
    all_enterprise_projects: false,
    enterprise_project_ids: [],
  };
  const cacheEnd = now.getTime() + CACHE_MS;
  return { principal, cacheableUntil: new Date(Math.min(cacheEnd, credential.expiresAt?.getTime() ?? cacheEnd)) };
}

/** No valid credential, in the words of the real gateway and with the reason it leaves to guess. */
export function refused(reason: string, detail: string): WindlassError {
  return new WindlassError({ kind: 'unauthenticated', reason, code: 'APIGW.0301', message: `Incorrect IAM authentication information: ${detail}` });
}
