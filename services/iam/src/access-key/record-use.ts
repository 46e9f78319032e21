import type { EntityManager } from 'typeorm';
import { AccessKeyUseRow } from './access-key.entity.js';

const GRAIN_MS = 15 * 60_000;

/** Remembers that a key is in use: one row a key, written once a quarter of an hour however often the key signs. */
export async function recordUse(manager: EntityManager, accessKey: string, now: Date): Promise<void> {
  const known = await manager.findOneBy(AccessKeyUseRow, { accessKey });
  if (known && now.getTime() - known.usedAt.getTime() < GRAIN_MS) return;
  await manager.upsert(AccessKeyUseRow, { accessKey, usedAt: now }, ['accessKey']);
}
