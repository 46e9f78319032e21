import type { EntityManager } from 'typeorm';
import { notFound } from '../not-found.js';
import { AccessKeyRow } from './access-key.entity.js';

/** The key of this id that belongs to a user of the account, with that user, or `not_found`. */
export async function findAccessKey(manager: EntityManager, domainId: string, accessKey: string): Promise<AccessKeyRow> {
  const row = await (/^[A-Z0-9]{1,40}$/.test(accessKey) ? manager.findOne(AccessKeyRow, { where: { accessKey, user: { domainId } }, relations: { user: true } }) : null);
  if (row) return row;
  throw notFound('credential', accessKey);
}
