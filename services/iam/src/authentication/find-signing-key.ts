import { timingSafeEqual } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { AccessKeyRow, AccessKeySecretRow } from '../access-key/index.js';
import { AgencyRow } from '../agency/index.js';
import { TemporaryCredentialRow } from '../temporary-credential/index.js';
import { hashToken, type TokenHolder } from '../token/index.js';
import { UserRow } from '../user/index.js';
import { refused } from './authenticated.js';

/** What a request can be signed with. */
export interface SigningKey {
  readonly holder: TokenHolder;
  readonly sealedSecret: Buffer;
  readonly status: 'active' | 'inactive';
  /** Absent for a permanent key. */
  readonly expiresAt?: Date;
}

/** The permanent access key of this id. */
export async function findPermanentKey(manager: EntityManager, accessKey: string): Promise<SigningKey> {
  const [row, secret] = await Promise.all([
    manager
      .createQueryBuilder(AccessKeyRow, 'key')
      .innerJoinAndSelect('key.user', 'user')
      .innerJoinAndSelect('user.account', 'account')
      .where('key.accessKey = :accessKey', { accessKey })
      .getOne(),
    manager.findOneBy(AccessKeySecretRow, { accessKey }),
  ]);
  if (row && secret) return { holder: { kind: 'user', user: row.user }, sealedSecret: secret.sealedSecret, status: row.status };
  if (await manager.existsBy(TemporaryCredentialRow, { accessKey })) {
    throw refused('SECURITY_TOKEN_MISSING', `the access key ${accessKey} is temporary: send its security token in X-Security-Token`);
  }
  throw refused('ACCESS_KEY_UNKNOWN', `the access key ${accessKey} does not exist`);
}

/** The temporary credential of this id, for whoever has its security token too. */
export async function findTemporaryKey(manager: EntityManager, accessKey: string, securityToken: string): Promise<SigningKey> {
  const row = await manager.findOneBy(TemporaryCredentialRow, { accessKey });
  if (row === null || !sameHash(row.tokenHash, hashToken(securityToken))) {
    throw refused('SECURITY_TOKEN_UNKNOWN', `X-Security-Token is not the security token of the access key ${accessKey}`);
  }
  const holder = await holderOf(manager, row);
  if (holder === undefined) throw refused('ACCESS_KEY_UNKNOWN', `the access key ${accessKey} does not exist`);
  return { holder, sealedSecret: row.sealedSecret, status: 'active', expiresAt: row.expiresAt };
}

async function holderOf(manager: EntityManager, { userId, agencyId }: TemporaryCredentialRow): Promise<TokenHolder | undefined> {
  const relations = { account: true };
  const user = userId === null ? null : await manager.findOne(UserRow, { where: { userId }, relations });
  if (userId !== null && user === null) return undefined;
  if (agencyId === null) return user === null ? undefined : { kind: 'user', user };
  const agency = await manager.findOne(AgencyRow, { where: { agencyId }, relations });
  return agency === null ? undefined : { kind: 'agency', agency, assumedBy: user ?? undefined };
}

function sameHash(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
