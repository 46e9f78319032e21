import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireName } from '../name-rule.js';
import { requireAcceptablePassword } from './password-policy.js';

/** Who logs in and owns access keys. */
export type User = { readonly status: 'absent' } | { readonly status: 'enabled'; readonly userId: string; readonly name: string };

export interface CreateUser {
  readonly type: 'CreateUser';
  readonly userId: string;
  readonly domainId: string;
  readonly name: string;
  readonly email: string;
  /** Internal role names. */
  readonly roles: readonly string[];
  /** Judged here, kept nowhere: the caller stores its hash. */
  readonly password: string;
}

export interface UserCreated {
  readonly type: 'UserCreated';
  readonly data: {
    readonly userId: string;
    readonly domainId: string;
    readonly name: string;
    readonly email: string;
    readonly roles: readonly string[];
  };
}

/**
 * That a password was set, never the password nor its hash: events are kept for ever, a credential must be deletable.
 * The hash is a row of its own, written in the same transaction.
 */
export interface PasswordSet {
  readonly type: 'PasswordSet';
  readonly data: { readonly userId: string };
}

export type UserEvent = UserCreated | PasswordSet;

export const user: Decider<User, CreateUser, UserEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    if (state.status !== 'absent') {
      throw new WindlassError({ kind: 'conflict', reason: 'USER_EXISTS', code: 'IAM.0005', message: `The user "${state.name}" exists.` });
    }
    requireName('user', command.name);
    requireEmail(command.email);
    requireAcceptablePassword(command.password, command.name);
    const { userId, domainId, name, email, roles } = command;
    return [
      { type: 'UserCreated', data: { userId, domainId, name, email, roles } },
      { type: 'PasswordSet', data: { userId } },
    ];
  },

  evolve(state, event) {
    switch (event.type) {
      case 'UserCreated':
        return { status: 'enabled', userId: event.data.userId, name: event.data.name };
      case 'PasswordSet':
        return state;
      default:
        return unknownEvent(event);
    }
  },
};

const STREAM = 'user-';

export function userStream(userId: string): string {
  return `${STREAM}${userId}`;
}

export function isUserStream(streamId: string): boolean {
  return streamId.startsWith(STREAM);
}

const LONGEST_EMAIL = 254;

function requireEmail(email: string): void {
  if (email === '' || (email.length <= LONGEST_EMAIL && /^[^\s@]+@[^\s@]+$/.test(email))) return;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'EMAIL_INVALID',
    code: 'IAM.0073',
    message: `The e-mail address must look like name@host and have at most ${LONGEST_EMAIL} characters.`,
  });
}
