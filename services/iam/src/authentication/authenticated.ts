import { Principal } from '@windlass/contracts/iam/v1/principal';
import { WindlassError } from '@windlass/errors';
import type { AccountRow } from '../account/index.js';
import type { AgencyRow } from '../agency/index.js';
import type { ProjectRow } from '../project/index.js';
import type { TokenHolder } from '../token/index.js';
import type { UserRow } from '../user/index.js';

/** A credential that proved who calls. */
export interface Authenticated {
  readonly principal: Principal;
  /** Until when the edge may remember it; so it is also how long a withdrawn credential may still work. */
  readonly cacheableUntil: Date;
}

/** What of a credential shows in the principal. */
export interface Credential {
  readonly project: ProjectRow | undefined;
  /** Empty for a token. */
  readonly accessKey: string;
  readonly expiresAt?: Date;
}

const CACHE_MS = 5_000;

/** The caller, for a few seconds or until the credential ends, whichever comes first. Refuses who may not act (any more). */
export function authenticated(holder: TokenHolder, credential: Credential, now: Date): Authenticated {
  if (holder.kind === 'user') return remembered(ofUser(holder.user, credential), credential, now);
  if (holder.assumedBy !== undefined) requireActive(holder.assumedBy);
  return remembered(ofAgency(holder.agency, credential, now), credential, now);
}

function ofUser(user: UserRow, credential: Credential): Principal {
  requireActive(user);
  return { ...principalIn(user.account, credential), user_id: user.userId, user_name: user.name, roles: user.roles };
}

/** Who acts through an agency is nobody of the account: it has the agency's permissions and nothing of its own. */
function ofAgency(agency: AgencyRow, credential: Credential, now: Date): Principal {
  const { agencyId, name, account, expiresAt } = agency;
  requireActiveAccount(account);
  if (expiresAt !== null && expiresAt <= now) throw refused('AGENCY_EXPIRED', 'the agency has expired');
  return { ...principalIn(account, credential), user_id: agencyId, user_name: `${account.name}/${name}`, agency_id: agencyId, agency_name: name };
}

function principalIn(account: AccountRow, { project, accessKey }: Credential): Principal {
  return {
    domain_id: account.domainId,
    domain_name: account.name,
    user_id: '',
    user_name: '',
    project_id: project?.projectId ?? '',
    project_name: project?.name ?? '',
    roles: [],
    access_key: accessKey,
    agency_id: '',
    agency_name: '',
    // iam knows who calls; what a call may reach is decided at the edge, call by call.
    all_enterprise_projects: false,
    enterprise_project_ids: [],
    without_permission: '',
  };
}

function remembered(principal: Principal, { expiresAt }: Credential, now: Date): Authenticated {
  const cacheEnd = now.getTime() + CACHE_MS;
  return { principal, cacheableUntil: new Date(Math.min(cacheEnd, expiresAt?.getTime() ?? cacheEnd)) };
}

function requireActive(user: UserRow): void {
  if (user.status !== 'enabled') throw refused('USER_DISABLED', 'the user is disabled');
  requireActiveAccount(user.account);
}

function requireActiveAccount({ status }: AccountRow): void {
  if (status !== 'active') throw refused('ACCOUNT_NOT_ACTIVE', `the account is ${status}`);
}

/** No valid credential, in the words of the real gateway and with the reason it leaves to guess. */
export function refused(reason: string, detail: string, code = 'APIGW.0301'): WindlassError {
  return new WindlassError({ kind: 'unauthenticated', reason, code, message: `Incorrect IAM authentication information: ${detail}` });
}
