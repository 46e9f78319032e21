import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { ACCOUNT_ADMINISTRATOR } from '@windlass/principal';
import { requireTitle } from '../name-rule.js';
import { notFound } from '../not-found.js';
import { requireAcceptablePassword } from './password-policy.js';
import { NO_DETAILS, requireDetails, type UserDetails } from './user-details.js';

/** Who logs in and owns access keys. */
export type User =
  | { readonly status: 'absent' }
  | {
      readonly status: 'enabled' | 'disabled';
      readonly userId: string;
      readonly name: string;
      readonly isOwner: boolean;
      readonly details: UserDetails;
    }
  | { readonly status: 'deleted'; readonly userId: string };

export interface CreateUser {
  readonly type: 'CreateUser';
  readonly userId: string;
  readonly domainId: string;
  readonly name: string;
  /** Internal role names. */
  readonly roles: readonly string[];
  readonly details: UserDetails;
  readonly enabled: boolean;
  /** Judged here, kept nowhere: the caller stores its hash. A user without one cannot log in. */
  readonly password: string | undefined;
}

/** What is absent stays as it is. */
export interface ChangeUser {
  readonly type: 'ChangeUser';
  readonly name?: string | undefined;
  readonly details: Partial<UserDetails>;
  readonly enabled?: boolean | undefined;
  readonly password?: string | undefined;
}

export type UserCommand = CreateUser | ChangeUser | { readonly type: 'ChangeOwnPassword'; readonly password: string } | { readonly type: 'DeleteUser' };

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
export interface UserDescribed {
  readonly type: 'UserDescribed';
  readonly data: { readonly userId: string; readonly name: string } & UserDetails;
}
export interface UserEnabled {
  readonly type: 'UserEnabled';
  readonly data: { readonly userId: string };
}
export interface UserDisabled {
  readonly type: 'UserDisabled';
  readonly data: { readonly userId: string };
}

/**
 * That a password was set, never the password nor its hash: events are kept for ever, a credential must be deletable.
 * The hash is a row of its own, written in the same transaction.
 */
export interface PasswordSet {
  readonly type: 'PasswordSet';
  readonly data: { readonly userId: string };
}
export interface UserDeleted {
  readonly type: 'UserDeleted';
  readonly data: { readonly userId: string };
}

export type UserEvent = UserCreated | UserDescribed | UserEnabled | UserDisabled | PasswordSet | UserDeleted;

export const user: Decider<User, UserCommand, UserEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    if (command.type === 'CreateUser') return create(state, command);
    if (state.status === 'absent' || state.status === 'deleted') throw notFound('user', state.status === 'deleted' ? state.userId : '');
    const { userId, name, isOwner } = state;
    switch (command.type) {
      case 'ChangeUser':
        return change(state, command);
      case 'ChangeOwnPassword':
        requireAcceptablePassword(command.password, name);
        return [...describe(state, name, { ...state.details, mustChangePassword: false }), { type: 'PasswordSet', data: { userId } }];
      case 'DeleteUser':
        if (isOwner) throw ownerProtected('deleted');
        return [{ type: 'UserDeleted', data: { userId } }];
      default:
        return command satisfies never;
    }
  },

  evolve(state, event) {
    const { userId } = event.data;
    switch (event.type) {
      case 'UserCreated': {
        const { name, email, roles } = event.data;
        return { status: 'enabled', userId, name, isOwner: roles.includes(ACCOUNT_ADMINISTRATOR), details: { ...NO_DETAILS, email } };
      }
      case 'UserDescribed': {
        const { userId: _, name, ...details } = event.data;
        return isPresent(state) ? { ...state, name, details } : state;
      }
      case 'UserEnabled':
        return isPresent(state) ? { ...state, status: 'enabled' } : state;
      case 'UserDisabled':
        return isPresent(state) ? { ...state, status: 'disabled' } : state;
      case 'PasswordSet':
        return state;
      case 'UserDeleted':
        return { status: 'deleted', userId };
      default:
        return unknownEvent(event);
    }
  },
};

type PresentUser = Extract<User, { readonly name: string }>;

function isPresent(state: User): state is PresentUser {
  return state.status === 'enabled' || state.status === 'disabled';
}

function create(state: User, { userId, domainId, name, roles, details, enabled, password }: CreateUser): readonly UserEvent[] {
  if (state.status !== 'absent') throw userNameTaken(name);
  requireTitle('user', name, '1101');
  requireDetails(details);
  if (password !== undefined) requireAcceptablePassword(password, name);
  const created: UserCreated = { type: 'UserCreated', data: { userId, domainId, name, email: details.email, roles } };
  return [
    created,
    ...describe(user.evolve(state, created) as PresentUser, name, details),
    ...(password === undefined ? [] : [{ type: 'PasswordSet', data: { userId } } as const]),
    ...(enabled ? [] : [{ type: 'UserDisabled', data: { userId } } as const]),
  ];
}

function change(state: PresentUser, command: ChangeUser): readonly UserEvent[] {
  const { userId } = state;
  const { name = state.name, password } = command;
  const enabled = command.enabled ?? state.status === 'enabled';
  if (state.isOwner && !enabled) throw ownerProtected('disabled');
  if (name !== state.name) requireTitle('user', name, '1101');
  const details = { ...state.details, ...command.details };
  requireDetails(details);
  if (password !== undefined) requireAcceptablePassword(password, name);
  return [
    ...describe(state, name, details),
    ...(password === undefined ? [] : [{ type: 'PasswordSet', data: { userId } } as const]),
    ...(enabled === (state.status === 'enabled') ? [] : [{ type: enabled ? 'UserEnabled' : 'UserDisabled', data: { userId } } as const]),
  ];
}

function describe(state: PresentUser, name: string, details: UserDetails): readonly UserEvent[] {
  const changed = (Object.keys(details) as (keyof UserDetails)[]).some((key) => details[key] !== state.details[key]);
  if (!changed && name === state.name) return [];
  return [{ type: 'UserDescribed', data: { userId: state.userId, name, ...details } }];
}

/** 1109 is IAM's own number for it, and 400 its status. */
export function userNameTaken(name: string): WindlassError {
  return new WindlassError({
    kind: 'invalid',
    reason: 'USER_EXISTS',
    code: '1109',
    message: `A user named "${name}" exists in the account. Names must differ in more than case.`,
  });
}

function ownerProtected(what: 'deleted' | 'disabled'): WindlassError {
  return new WindlassError({
    kind: 'forbidden',
    reason: 'OWNER_PROTECTED',
    code: 'IAM.0002',
    message: `The owner of an account cannot be ${what}: nobody could administer the account any more.`,
  });
}

const STREAM = 'user-';

export function userStream(userId: string): string {
  return `${STREAM}${userId}`;
}
