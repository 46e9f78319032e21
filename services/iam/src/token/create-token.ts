import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { DataSource, LessThanOrEqual } from 'typeorm';
import { Clock } from '../clock.js';
import { isId } from '../id.js';
import { nameKey } from '../name-rule.js';
import { isProjectName, ProjectRow } from '../project/index.js';
import { LogIn, type UserRow } from '../user/index.js';
import type { LogInRequest, Reference, RequestedScope } from './log-in-request.js';
import { hashToken, newTokenValue } from './token-value.js';
import { TokenRow } from './token.entity.js';

const TOKEN_LIFE_MS = 24 * 60 * 60_000;

/** Logs a user in and issues a token for a project or the account. */
export class CreateToken extends Command<IssuedToken> {
  constructor(readonly logIn: LogInRequest) {
    super();
  }
}

export interface IssuedToken {
  /** Known to the caller only: the service keeps its hash. */
  readonly value: string;
  readonly user: UserRow;
  /** Nothing for a token of the whole account. */
  readonly project: ProjectRow | undefined;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

@CommandHandler(CreateToken)
export class CreateTokenHandler implements ICommandHandler<CreateToken> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly logIn: LogIn,
    private readonly clock: Clock,
  ) {}

  async execute({ logIn }: CreateToken): Promise<IssuedToken> {
    const issuedAt = this.clock.now();
    const user = await this.logIn.check(logIn.user, logIn.password, issuedAt);
    const project = await this.projectOf(user, logIn.scope);
    const value = newTokenValue();
    const expiresAt = new Date(issuedAt.getTime() + TOKEN_LIFE_MS);
    await this.dataSource.transaction(async (manager) => {
      // Whoever logs in clears away what has expired, so the table holds a day of log-ins a user.
      await manager.delete(TokenRow, { userId: user.userId, expiresAt: LessThanOrEqual(issuedAt) });
      const row = { tokenHash: hashToken(value), userId: user.userId, projectId: project?.projectId ?? null };
      await manager.insert(TokenRow, { ...row, issuedAt, expiresAt });
    });
    return { value, user, project, issuedAt, expiresAt };
  }

  private async projectOf(user: UserRow, scope: RequestedScope): Promise<ProjectRow | undefined> {
    if (!names(scope.domain, user.account)) throw notFound('domain', scope.domain);
    if (scope.kind === 'account') return undefined;
    const { id, name } = scope;
    if ((id !== '' && !isId(id)) || (name !== '' && !isProjectName(name))) throw notFound('project', scope);
    const wanted = { ...(id === '' ? {} : { projectId: id }), ...(name === '' ? {} : { name }) };
    const project = await this.dataSource.manager.findOneBy(ProjectRow, { domainId: user.domainId, ...wanted });
    if (project === null) throw notFound('project', scope);
    return project;
  }
}

function names(reference: Reference, account: { readonly domainId: string; readonly nameKey: string }): boolean {
  return (reference.id === '' || reference.id === account.domainId) && (reference.name === '' || nameKey(reference.name) === account.nameKey);
}

/** The same whether it does not exist or belongs to somebody else. */
function notFound(what: 'domain' | 'project', { id, name }: Reference): WindlassError {
  return new WindlassError({
    kind: 'not_found',
    reason: what === 'domain' ? 'DOMAIN_UNKNOWN' : 'PROJECT_UNKNOWN',
    code: 'IAM.0004',
    message: `Could not find ${what}: ${id || name}. The scope of a token must be the account of its user or a project of it.`,
  });
}
