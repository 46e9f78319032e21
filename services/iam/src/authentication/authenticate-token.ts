import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { findToken } from '../token/index.js';
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
    const found = await findToken(this.dataSource.manager, token);
    if (found === undefined) throw refused('TOKEN_UNKNOWN', 'the token is unknown');
    const { expiresAt } = found.row;
    if (expiresAt <= now) throw expired();
    return authenticated(found.holder, { project: found.project, accessKey: '', expiresAt }, now);
  }
}

function expired(): WindlassError {
  return new WindlassError({ kind: 'unauthenticated', reason: 'TOKEN_EXPIRED', code: 'APIGW.0307', message: 'The token must be updated: it has expired.' });
}
