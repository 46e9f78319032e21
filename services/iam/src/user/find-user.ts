import type { EntityManager } from 'typeorm';
import { isId } from '../id.js';
import { notFound } from '../not-found.js';
import { UserRow } from './user.entity.js';

/** Whether the account has this user. */
export async function userExists(manager: EntityManager, domainId: string, userId: string): Promise<boolean> {
  return isId(userId) && (await manager.existsBy(UserRow, { userId, domainId }));
}

/** The account's user of this id, or `not_found`. */
export async function findUser(manager: EntityManager, domainId: string, userId: string): Promise<UserRow> {
  const row = isId(userId) ? await manager.findOneBy(UserRow, { userId, domainId }) : null;
  if (row) return row;
  throw notFound('user', userId);
}

/** The same, kept from being deleted until the transaction ends: for what must not outlive the user. */
export async function holdUser(manager: EntityManager, domainId: string, userId: string): Promise<UserRow> {
  const where = { userId, domainId };
  const row = isId(userId) ? await manager.findOne(UserRow, { where, lock: { mode: 'pessimistic_read' } }) : null;
  if (row) return row;
  throw notFound('user', userId);
}
