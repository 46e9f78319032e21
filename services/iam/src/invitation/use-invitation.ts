import type { UnitOfWork } from '../unit-of-work.js';
import { invitation, invitationRefused, invitationStream } from './invitation.decider.js';
import { hashInvitationToken, InvitationRow } from './invitation.entity.js';

/** Uses the invitation up for the account that the same unit of work creates. Of two who bring the same one, the second is refused. */
export async function useInvitation(unit: UnitOfWork, token: string, domainId: string, now: Date): Promise<void> {
  const { manager } = unit;
  const row = await manager.findOne(InvitationRow, { where: { tokenHash: hashInvitationToken(token) }, lock: { mode: 'pessimistic_write' } });
  if (row === null) throw invitationRefused();
  await unit.execute(invitationStream(row.id), invitation, { type: 'UseInvitation', domainId, now }, async () => {
    await manager.update(InvitationRow, { id: row.id }, { usedBy: domainId });
  });
}
