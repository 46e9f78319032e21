import { WindlassError } from '@windlass/errors';

/** Who may sign up: anybody, who brings an invitation, or nobody. */
export type SignUpMode = 'open' | 'invitation' | 'closed';

export const SIGN_UP_MODES: readonly SignUpMode[] = ['open', 'invitation', 'closed'];

/** The invitation that must be used up for this sign-up; undefined when none is needed. Refuses who may not sign up at all. */
export function requiredInvitation(mode: SignUpMode, brought: string): string | undefined {
  switch (mode) {
    case 'open':
      if (brought === '') return undefined;
      throw refused('invalid', 'INVITATION_NEEDLESS', 'IAM.0007', 'Sign-up is open: leave invitation out.');
    case 'invitation':
      if (brought !== '') return brought;
      throw refused('forbidden', 'INVITATION_MISSING', 'IAM.0002', "Sign-up is by invitation: ask the platform's operator for one and send it as invitation.");
    case 'closed':
      throw refused('forbidden', 'SIGN_UP_CLOSED', 'IAM.0002', "Sign-up is closed: ask the platform's operator for an account.");
    default:
      return mode satisfies never;
  }
}

function refused(kind: 'invalid' | 'forbidden', reason: string, code: string, message: string): WindlassError {
  return new WindlassError({ kind, reason, code, message });
}
