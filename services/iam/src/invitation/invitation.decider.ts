import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';

/** The right to sign up once. */
export type Invitation =
  | { readonly status: 'absent' }
  | { readonly status: 'open'; readonly expiresAt: string }
  | { readonly status: 'used' };

export type InvitationCommand =
  | { readonly type: 'CreateInvitation'; readonly id: string; readonly note: string; readonly validHours: number; readonly now: Date }
  | { readonly type: 'UseInvitation'; readonly domainId: string; readonly now: Date };

/** The token itself is in no event, not even hashed: events are kept for ever, a credential must be deletable. */
export type InvitationEvent =
  | { readonly type: 'InvitationCreated'; readonly data: { readonly id: string; readonly note: string; readonly expiresAt: string } }
  | { readonly type: 'InvitationUsed'; readonly data: { readonly domainId: string } };

const LONGEST_NOTE = 128;
const MOST_HOURS = 8760;
const HOUR_MS = 3_600_000;

export const invitation: Decider<Invitation, InvitationCommand, InvitationEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.type) {
      case 'CreateInvitation': {
        if (state.status !== 'absent') throw new Error('an invitation id is used once');
        const { id, note, validHours, now } = command;
        if ([...note].length > LONGEST_NOTE || note.includes('\0')) throw invalid(`note must have at most ${LONGEST_NOTE} characters, none of them NUL.`);
        if (validHours < 1 || validHours > MOST_HOURS) throw invalid(`valid_hours must be a number from 1 to ${MOST_HOURS}.`);
        return [{ type: 'InvitationCreated', data: { id, note, expiresAt: new Date(now.getTime() + validHours * HOUR_MS).toISOString() } }];
      }
      case 'UseInvitation':
        if (state.status !== 'open' || command.now >= new Date(state.expiresAt)) throw invitationRefused();
        return [{ type: 'InvitationUsed', data: { domainId: command.domainId } }];
      default:
        return command satisfies never;
    }
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'InvitationCreated':
        return { status: 'open', expiresAt: event.data.expiresAt };
      case 'InvitationUsed':
        return { status: 'used' };
      default:
        return unknownEvent(event);
    }
  },
};

/** The same words for one that never was, was used or has ended: they tell a guesser nothing. */
export function invitationRefused(): WindlassError {
  return new WindlassError({
    kind: 'forbidden',
    reason: 'INVITATION_REFUSED',
    code: 'IAM.0002',
    message: "The invitation is not valid: it does not exist, was used, or has expired. Ask the platform's operator for one.",
  });
}

function invalid(message: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason: 'INVITATION_INVALID', code: 'IAM.0073', message });
}

const STREAM = 'invitation-';

export function invitationStream(id: string): string {
  return `${STREAM}${id}`;
}
