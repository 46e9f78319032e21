import { Injectable } from '@nestjs/common';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import type { Caller } from '../caller.js';
import { Clock } from '../clock.js';
import { Permissions } from '../permissions.js';
import { findToken, type FoundToken } from './find-token.js';
import { accountOf, isCaller } from './token-holder.js';

/** Finds a token that somebody asks about: one's own, or with the permission another one of the account. */
@Injectable()
export class SubjectTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly permissions: Permissions,
    private readonly clock: Clock,
  ) {}

  /** Fails as `not_found` for a token that is unknown, ended, or of another account: a stranger learns nothing. */
  async require(caller: Caller, value: string, action: string): Promise<FoundToken> {
    const found = await findToken(this.dataSource.manager, value);
    if (found === undefined || found.row.expiresAt <= this.clock.now() || accountOf(found.holder).domainId !== caller.domainId) throw unknownToken();
    if (!isCaller(found.holder, caller)) await this.permissions.require(caller, { action, resource: 'token/*' });
    return found;
  }
}

function unknownToken(): WindlassError {
  return new WindlassError({ kind: 'not_found', reason: 'TOKEN_UNKNOWN', code: 'IAM.0004', message: 'Could not find token: X-Subject-Token is no valid token of the account.' });
}
