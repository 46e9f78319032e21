import type { EntityManager } from 'typeorm';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { hashPassword } from './password-hash.js';
import { LONGEST_PASSWORD } from './password-policy.js';
import { PasswordRow } from './password.entity.js';

// Hashing takes memory and a processor as checking does, so a crowd of administrators must wait in line too.
const hashing = new ConcurrencyLimit({ running: 2, waiting: 100 });

/** The hash of a password about to be set; nothing for none, and for one that is too long, which the decider refuses. */
export async function hashNewPassword(password: string | undefined): Promise<string | undefined> {
  if (password === undefined || password.length > LONGEST_PASSWORD) return undefined;
  return hashing.run(() => hashPassword(password));
}

/** Keeps the hash instead of the one before. */
export async function storePassword(manager: EntityManager, userId: string, hash: string, setAt: Date): Promise<void> {
  await manager.upsert(PasswordRow, { userId, hash, setAt }, ['userId']);
}
