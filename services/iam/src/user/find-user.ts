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
export function holdUser(manager: EntityManager, domainId: string, userId: string): Promise<UserRow> {
  return findLocked(manager, domainId, userId, 'pessimistic_read');
}

/** The same, alone with it until the transaction ends. */
export function lockUser(manager: EntityManager, domainId: string, userId: string): Promise<UserRow> {
  return findLocked(manager, domainId, userId, 'pessimistic_write');
}

async function findLocked(manager: EntityManager, domainId: string, userId: string, mode: 'pessimistic_read' | 'pessimistic_write'): Promise<UserRow> {
  const row = isId(userId) ? await manager.findOne(UserRow, { where: { userId, domainId }, lock: { mode } }) : null;
  if (row) return row;
  throw notFound('user', userId);
}
