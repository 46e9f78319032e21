import { given } from '@windlass/event-store/testing';
import { invitation, type InvitationCommand, type InvitationEvent } from './invitation.decider.js';

const now = new Date('2026-01-01T00:00:00Z');
const create: InvitationCommand = { type: 'CreateInvitation', id: 'i1', note: 'for Ann', validHours: 2, now };
const created: InvitationEvent = { type: 'InvitationCreated', data: { id: 'i1', note: 'for Ann', expiresAt: '2026-01-01T02:00:00.000Z' } };
const use = (time = now): InvitationCommand => ({ type: 'UseInvitation', domainId: 'd1', now: time });
const used: InvitationEvent = { type: 'InvitationUsed', data: { domainId: 'd1' } };

describe('an invitation', () => {
  it('ends after the hours it was given', () => {
    given(invitation).events([]).when(create).thenEvents([created]);
    given(invitation).events([created]).when(use(new Date('2026-01-01T01:59:59Z'))).thenEvents([used]);
    given(invitation).events([created]).when(use(new Date('2026-01-01T02:00:00Z'))).thenFails('INVITATION_REFUSED');
  });

  it('is used once', () => {
    given(invitation).events([created, used]).when(use()).thenFails('INVITATION_REFUSED');
  });

  it('that nobody made is refused in the same words', () => {
    given(invitation).events([]).when(use()).thenFails('INVITATION_REFUSED');
  });

  it.each([{ validHours: 0 }, { validHours: 8761 }, { note: 'x'.repeat(129) }, { note: 'a\0' }])('is not made with %j', (change) => {
    given(invitation).events([]).when({ ...create, ...change } as InvitationCommand).thenFails('INVITATION_INVALID');
  });
});
