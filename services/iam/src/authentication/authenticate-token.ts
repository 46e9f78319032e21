import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { ProjectRow } from '../project/index.js';
import { hashToken, TokenRow } from '../token/index.js';
import { authenticated, refused, type Authenticated } from './authenticated.js';

/** Whose token it is, acting in the project or account it was issued for. */
export class AuthenticateToken extends Query<Authenticated> {
  constructor(readonly token: string) {
    super();
  }
}

@QueryHandler(AuthenticateToken)
export class AuthenticateTokenHandler implements IQueryHandler<AuthenticateToken> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async execute({ token }: AuthenticateToken): Promise<Authenticated> {
    const now = this.clock.now();
    const row = await this.dataSource.manager
      .createQueryBuilder(TokenRow, 'token')
      .innerJoinAndSelect('token.user', 'user')
      .innerJoinAndSelect('user.account', 'account')
      .where('token.tokenHash = :hash', { hash: hashToken(token) })
      .getOne();
    if (row === null) throw refused('TOKEN_UNKNOWN', 'the token is unknown');
    if (row.expiresAt <= now) throw expired();
    const { projectId, user, expiresAt } = row;
    const project =
      projectId === null ? undefined : await this.dataSource.manager.findOneByOrFail(ProjectRow, { projectId, domainId: user.domainId });
    return authenticated(user, { project, accessKey: '', expiresAt }, now);
  }
}

function expired(): WindlassError {
  return new WindlassError({ kind: 'unauthenticated', reason: 'TOKEN_EXPIRED', code: 'APIGW.0307', message: 'The token must be updated: it has expired.' });
}
