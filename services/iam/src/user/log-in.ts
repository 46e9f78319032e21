import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { WindlassError } from '@windlass/errors';
import type { Logger } from '@windlass/telemetry';
import { DataSource, type EntityManager } from 'typeorm';
import { isId } from '../id.js';
import { LOGGER } from '../settings.js';
import { isName, isTitle, nameKey } from '../name-rule.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { afterFailure, isLocked } from './lockout.js';
import { LogInRate } from './log-in-rate.js';
import { hashPassword, passwordMatches } from './password-hash.js';
import { LONGEST_PASSWORD } from './password-policy.js';
import { LogInFailuresRow, PasswordRow } from './password.entity.js';
import { UserRow } from './user.entity.js';

/** How a log-in names its user: by id, or by name within an account named by id or name. */
export type UserReference =
  | { readonly by: 'id'; readonly userId: string }
  | { readonly by: 'name'; readonly userName: string; readonly account: { readonly domainId: string } | { readonly domainName: string } };

// Each check takes 19 MiB and most of a processor for 30 ms.
const CHECKS_AT_ONCE = 2;
const CHECKS_WAITING = 100;

@Injectable()
export class LogIn {
  private readonly rate = new LogInRate();
  private readonly checks = new ConcurrencyLimit({ running: CHECKS_AT_ONCE, waiting: CHECKS_WAITING });
  // Nobody's password: checked for users that do not exist, so that they take as long as those that do.
  private readonly nobodysHash = hashPassword(randomBytes(32).toString('hex'));

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * The user whose password this is. Unknown, disabled and locked users and wrong passwords all get the same answer
   * after the same work: it tells a guesser nothing. Only whoever knows the password learns that the account is suspended.
   * `source` is the address it came from, empty when it is not known.
   */
  async check(reference: UserReference, password: string, now: Date, source = ''): Promise<UserRow> {
    this.rate.admit({ source, account: accountKey(reference) }, now.getTime());
    if (password.length > LONGEST_PASSWORD) throw wrongCredentials();
    const user = await this.checks.run(() => this.dataSource.transaction((manager) => this.attempt(manager, reference, password, now)));
    if (user === undefined) throw wrongCredentials();
    if (user.account.status !== 'active') throw accountNotActive(user.account.status);
    return user;
  }

  private async attempt(manager: EntityManager, reference: UserReference, password: string, now: Date): Promise<UserRow | undefined> {
    const user = await findUser(manager, reference);
    if (user === undefined) {
      await passwordMatches(password, await this.nobodysHash);
      return undefined;
    }
    // The row's lock makes attempts on one user wait for each other, so a burst gets no more guesses than a sequence.
    const failures = await lockFailures(manager, user.userId);
    // A user without a password takes as long to refuse as one with another.
    const own = await manager.findOneBy(PasswordRow, { userId: user.userId });
    const matches = (await passwordMatches(password, own?.hash ?? (await this.nobodysHash))) && own !== null;
    if (isLocked(failures, now)) return undefined;
    if (!matches) {
      const next = afterFailure(failures, now);
      await manager.update(LogInFailuresRow, user.userId, { failedAt: [...next.failedAt], lockedUntil: next.lockedUntil ?? null });
      if (isLocked(next, now)) this.logger.warn({ userId: user.userId, lockedUntil: next.lockedUntil }, 'user locked after failed log-ins');
      return undefined;
    }
    // Kept and emptied: an attempt that waits for this row must still find it.
    await manager.update(LogInFailuresRow, user.userId, { failedAt: [], lockedUntil: null });
    return user.status === 'enabled' ? user : undefined;
  }
}

async function findUser(manager: EntityManager, reference: UserReference): Promise<UserRow | undefined> {
  if (!canExist(reference)) return undefined;
  const query = manager.createQueryBuilder(UserRow, 'user').innerJoinAndSelect('user.account', 'account');
  if (reference.by === 'id') {
    query.where('user.userId = :userId', { userId: reference.userId });
  } else {
    query.where('user.nameKey = :name', { name: nameKey(reference.userName) });
    if ('domainId' in reference.account) query.andWhere('account.domainId = :domainId', reference.account);
    else query.andWhere('account.nameKey = :account', { account: nameKey(reference.account.domainName) });
  }
  return (await query.getOne()) ?? undefined;
}

/** What tells the accounts of log-ins apart: as they are named, since a user named by id is looked up later. */
function accountKey(reference: UserReference): string {
  if (reference.by === 'id') return `user ${reference.userId}`;
  return 'domainId' in reference.account ? `id ${reference.account.domainId}` : `name ${nameKey(reference.account.domainName)}`;
}

function canExist(reference: UserReference): boolean {
  if (reference.by === 'id') return isId(reference.userId);
  const { userName, account } = reference;
  return isTitle(userName) && ('domainId' in account ? isId(account.domainId) : isName(account.domainName));
}

async function lockFailures(manager: EntityManager, userId: string): Promise<{ failedAt: Date[]; lockedUntil: Date | undefined }> {
  await manager.createQueryBuilder().insert().into(LogInFailuresRow).values({ userId, failedAt: [] }).orIgnore().execute();
  const row = await manager.findOneOrFail(LogInFailuresRow, { where: { userId }, lock: { mode: 'pessimistic_write' } });
  return { failedAt: row.failedAt, lockedUntil: row.lockedUntil ?? undefined };
}

function accountNotActive(status: string): WindlassError {
  return new WindlassError({ kind: 'unauthenticated', reason: 'ACCOUNT_NOT_ACTIVE', code: 'IAM.0001', message: `The account is ${status}. Ask the platform's operator.` });
}

function wrongCredentials(): WindlassError {
  return new WindlassError({
    kind: 'unauthenticated',
    reason: 'CREDENTIALS_WRONG',
    code: 'IAM.0062',
    message: 'The username or password is wrong.',
  });
}
