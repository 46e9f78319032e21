import type { EntityManager } from 'typeorm';
import { TemporaryCredentialRow } from './temporary-credential/index.js';
import { TokenRow } from './token/index.js';

/** Ends every token and temporary credential that was issued to a user, or through an agency. */
export async function endSessions(manager: EntityManager, holder: { readonly userId: string } | { readonly agencyId: string }): Promise<void> {
  await manager.delete(TokenRow, holder);
  await manager.delete(TemporaryCredentialRow, holder);
}
