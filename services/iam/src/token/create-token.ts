import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import type { AccountRow } from '../account/index.js';
import { AgencyAssumption } from '../agency/assume-agency.js';
import { callerIsKnown, type Caller } from '../caller.js';
import { Clock } from '../clock.js';
import { isId } from '../id.js';
import { nameKey } from '../name-rule.js';
import { isProjectName, ProjectRow } from '../project/index.js';
import { findUser, LogIn, UserRow } from '../user/index.js';
import { findToken } from './find-token.js';
import { issueToken, type IssuedToken } from './issue-token.js';
import type { LogInRequest, Reference, RequestedScope } from './log-in-request.js';
import { accountOf, type TokenHolder } from './token-holder.js';

const TOKEN_LIFE_MS = 24 * 60 * 60_000;

/** Gets a token for a project or the account: with a password, with another token, or through an agency. */
export class CreateToken extends Command<IssuedToken> {
  constructor(
    readonly logIn: LogInRequest,
    /** Known only of whoever sent a credential along. */
    readonly caller: Caller,
    /** Address the request came from, empty when it is not known. */
    readonly source: string,
  ) {
    super();
  }
}

interface Proven {
  readonly holder: TokenHolder;
  /** End of the token that proved it; absent when something else did. */
  readonly until?: Date;
}

@CommandHandler(CreateToken)
export class CreateTokenHandler implements ICommandHandler<CreateToken> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly logIn: LogIn,
    private readonly assumption: AgencyAssumption,
    private readonly clock: Clock,
  ) {}

  async execute({ logIn, caller, source }: CreateToken): Promise<IssuedToken> {
    const issuedAt = this.clock.now();
    const { holder, until } = await this.prove(logIn, caller, source, issuedAt);
    const project = await this.projectOf(accountOf(holder), logIn.scope);
    // A token got with a token ends with it: nobody stays logged in for ever without the password.
    const expiresAt = until ?? new Date(issuedAt.getTime() + TOKEN_LIFE_MS);
    return this.dataSource.transaction((manager) => issueToken(manager, { holder, project, methods: [logIn.method], issuedAt, expiresAt }));
  }

  private async prove(logIn: LogInRequest, caller: Caller, source: string, now: Date): Promise<Proven> {
    switch (logIn.method) {
      case 'password':
        return { holder: { kind: 'user', user: await this.logIn.check(logIn.user, logIn.password, now, source) } };
      case 'token':
        return this.exchange(logIn.token, now);
      case 'assume_role': {
        if (!callerIsKnown(caller)) throw callerUnknown();
        const agency = await this.assumption.require(caller, logIn.agency, now);
        return { holder: { kind: 'agency', agency, assumedBy: await this.userOf(caller) } };
      }
      default:
        return logIn satisfies never;
    }
  }

  private async exchange(token: string, now: Date): Promise<Proven> {
    const found = await findToken(this.dataSource.manager, token);
    if (found === undefined || found.row.expiresAt <= now || !mayAct(found.holder, now)) throw tokenRefused();
    return { holder: found.holder, until: found.row.expiresAt };
  }

  /** The user who acts; nobody when an agency assumes the next one. */
  private async userOf({ domainId, userId, principal }: Caller): Promise<UserRow | undefined> {
    if (principal.agency_id !== '') return undefined;
    const { manager } = this.dataSource;
    await findUser(manager, domainId, userId);
    return manager.findOneOrFail(UserRow, { where: { userId }, relations: { account: true } });
  }

  private async projectOf(account: AccountRow, scope: RequestedScope): Promise<ProjectRow | undefined> {
    if (!names(scope.domain, account)) throw notFound('domain', scope.domain);
    if (scope.kind === 'account') return undefined;
    const { id, name } = scope;
    if ((id !== '' && !isId(id)) || (name !== '' && !isProjectName(name))) throw notFound('project', scope);
    const wanted = { ...(id === '' ? {} : { projectId: id }), ...(name === '' ? {} : { name }) };
    const project = await this.dataSource.manager.findOneBy(ProjectRow, { domainId: account.domainId, ...wanted });
    if (project === null) throw notFound('project', scope);
    return project;
  }
}

function names(reference: Reference, account: { readonly domainId: string; readonly nameKey: string }): boolean {
  return (reference.id === '' || reference.id === account.domainId) && (reference.name === '' || nameKey(reference.name) === account.nameKey);
}

function mayAct(holder: TokenHolder, now: Date): boolean {
  const users = holder.kind === 'user' ? [holder.user] : holder.assumedBy === undefined ? [] : [holder.assumedBy];
  const agencyHolds = holder.kind === 'user' || holder.agency.expiresAt === null || holder.agency.expiresAt > now;
  return agencyHolds && accountOf(holder).status === 'active' && users.every(({ status, account }) => status === 'enabled' && account.status === 'active');
}

function callerUnknown(): WindlassError {
  return new WindlassError({
    kind: 'unauthenticated',
    reason: 'CALLER_UNKNOWN',
    code: 'IAM.0001',
    message: 'Acting through an agency needs a credential of one\'s own: send a token in X-Auth-Token or sign the request.',
  });
}

function tokenRefused(): WindlassError {
  return new WindlassError({ kind: 'unauthenticated', reason: 'TOKEN_REFUSED', code: 'IAM.0067', message: 'The token must be updated: it is not valid (any more).' });
}

/** The same whether it does not exist or belongs to somebody else. */
function notFound(what: 'domain' | 'project', { id, name }: Reference): WindlassError {
  return new WindlassError({
    kind: 'not_found',
    reason: what === 'domain' ? 'DOMAIN_UNKNOWN' : 'PROJECT_UNKNOWN',
    code: 'IAM.0004',
    message: `Could not find ${what}: ${id || name}. The scope of a token must be the account of its user or agency, or a project of it.`,
  });
}
