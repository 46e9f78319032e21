import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { DataSource } from 'typeorm';
import { AgencyAssumption } from '../agency/assume-agency.js';
import type { Caller } from '../caller.js';
import { Clock } from '../clock.js';
import { findToken, idsOf, isCaller } from '../token/index.js';
import { endOfLife } from './credential-life.js';
import { CredentialIssuer, type CredentialHolder, type IssuedCredential } from './issue-credential.js';
import { TemporaryCredentialRow } from './temporary-credential.entity.js';
import type { CredentialRequest } from './credential-request.js';

/** Makes a temporary credential, of the caller itself or of an agency that trusts its account. */
export class CreateTemporaryAccessKey extends Command<IssuedCredential> {
  constructor(
    readonly caller: Caller,
    readonly wanted: CredentialRequest,
  ) {
    super();
  }
}

@CommandHandler(CreateTemporaryAccessKey)
export class CreateTemporaryAccessKeyHandler implements ICommandHandler<CreateTemporaryAccessKey> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assumption: AgencyAssumption,
    private readonly issuer: CredentialIssuer,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, wanted }: CreateTemporaryAccessKey): Promise<IssuedCredential> {
    const now = this.clock.now();
    const { holder, until } = wanted.method === 'token' ? await this.ofCaller(caller, wanted.token, now) : await this.throughAgency(caller, wanted, now);
    const expiresAt = endOfLife(now, wanted.seconds, until);
    return this.dataSource.transaction((manager) => this.issuer.issue(manager, holder, { now, expiresAt }));
  }

  private async throughAgency(caller: Caller, { agency }: CredentialRequest & { method: 'assume_role' }, now: Date): Promise<Provenance> {
    const { agencyId } = await this.assumption.require(caller, agency, now);
    const { holder, until } = await this.ownCredential(caller);
    // Only a user is remembered as the one who acts: what an agency assumes lasts as long as its own credential.
    return { holder: { userId: holder.agencyId === null ? holder.userId : null, agencyId }, until };
  }

  private async ofCaller(caller: Caller, token: string, now: Date): Promise<Provenance> {
    if (token === '') return this.ownCredential(caller);
    const found = await findToken(this.dataSource.manager, token);
    if (found === undefined || found.row.expiresAt <= now || !isCaller(found.holder, caller)) throw notOwnToken();
    return { holder: idsOf(found.holder), until: found.row.expiresAt };
  }

  /** Who calls, and until when by the credential it calls with: unlimited for a user's own access key or log-in. */
  private async ownCredential({ userId, principal: { access_key: accessKey, agency_id: agencyId } }: Caller): Promise<Provenance> {
    const temporary = accessKey === '' ? null : await this.dataSource.manager.findOneBy(TemporaryCredentialRow, { accessKey });
    if (temporary !== null) return { holder: { userId: temporary.userId, agencyId: temporary.agencyId }, until: temporary.expiresAt };
    if (agencyId !== '') throw tokenNeeded();
    return { holder: { userId, agencyId: null }, until: undefined };
  }
}

interface Provenance {
  readonly holder: CredentialHolder;
  /** End of what the caller proved itself with; absent when that has none to hold to. */
  readonly until: Date | undefined;
}

function notOwnToken(): WindlassError {
  return new WindlassError({ kind: 'forbidden', reason: 'TOKEN_NOT_OWN', code: 'IAM.0002', message: 'auth.identity.token.id is not a valid token of the caller.' });
}

function tokenNeeded(): WindlassError {
  return new WindlassError({
    kind: 'invalid',
    reason: 'TOKEN_NEEDED',
    code: 'IAM.0072',
    message: 'A credential made through an agency ends with the one it was made with: name the token in auth.identity.token.id, or sign the request.',
  });
}
