import type { CatalogEntry, NamedReference, Token, TokenUser } from '@windlass/contracts/iam/v1/token_service';
import { timestamp } from '../timestamp.js';
import type { UserRow } from '../user/index.js';
import type { IssuedToken } from './issue-token.js';
import { accountOf, type TokenHolder } from './token-holder.js';

// As IAM names it: what an agency may do is in its grants.
const AGENCY_ROLE = 'te_agency';

/** A token as the API describes it, without its value. */
export function describeToken({ holder, project, methods, issuedAt, expiresAt }: Omit<IssuedToken, 'value'>, catalog: CatalogEntry[]): Token {
  const account = accountOf(holder);
  const domain: NamedReference = { id: account.domainId, name: account.name };
  const roles = holder.kind === 'user' ? holder.user.roles : [AGENCY_ROLE];
  return {
    issued_at: timestamp(issuedAt),
    expires_at: timestamp(expiresAt),
    methods: [...methods],
    user: describeHolder(holder),
    project: project && { id: project.projectId, name: project.name, domain },
    domain: project ? undefined : domain,
    // The id of a role is "0" in tokens; its name is what counts.
    roles: roles.map((name) => ({ id: '0', name })),
    catalog,
    assumed_by: holder.kind === 'agency' && holder.assumedBy !== undefined ? { user: describeUser(holder.assumedBy) } : undefined,
  };
}

function describeHolder(holder: TokenHolder): TokenUser {
  if (holder.kind === 'user') return describeUser(holder.user);
  const { agencyId, name, account } = holder.agency;
  return { id: agencyId, name: `${account.name}/${name}`, password_expires_at: '', domain: { id: account.domainId, name: account.name } };
}

function describeUser({ userId, name, account }: UserRow): TokenUser {
  return { id: userId, name, password_expires_at: '', domain: { id: account.domainId, name: account.name } };
}
