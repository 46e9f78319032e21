import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireDescription } from '../description-rule.js';
import { notFound } from '../not-found.js';

/** A user's credential for signed requests: a public id and a secret. */
export type AccessKey =
  | { readonly status: 'absent' }
  | { readonly status: AccessKeyStatus; readonly accessKey: string; readonly userId: string; readonly description: string }
  | { readonly status: 'deleted'; readonly accessKey: string };

export type AccessKeyStatus = 'active' | 'inactive';

export interface CreateAccessKey {
  readonly type: 'CreateAccessKey';
  readonly accessKey: string;
  /** Judged here, kept nowhere: the caller stores it encrypted. */
  readonly secretKey: string;
  readonly userId: string;
  readonly domainId: string;
  readonly description?: string;
}

/** What is absent stays as it is. */
export interface ChangeAccessKey {
  readonly type: 'ChangeAccessKey';
  readonly status?: AccessKeyStatus | undefined;
  readonly description?: string | undefined;
}

export type AccessKeyCommand = CreateAccessKey | ChangeAccessKey | { readonly type: 'DeleteAccessKey' };

/**
 * That a key was made, never its secret, not even encrypted: events are kept for ever, a secret must be deletable. The
 * encrypted secret is a row of its own, written in the same transaction.
 */
export interface AccessKeyCreated {
  readonly type: 'AccessKeyCreated';
  readonly data: { readonly accessKey: string; readonly userId: string; readonly domainId: string };
}
export interface AccessKeyDescribed {
  readonly type: 'AccessKeyDescribed';
  readonly data: { readonly accessKey: string; readonly description: string };
}
export interface AccessKeyActivated {
  readonly type: 'AccessKeyActivated';
  readonly data: { readonly accessKey: string };
}
export interface AccessKeyDeactivated {
  readonly type: 'AccessKeyDeactivated';
  readonly data: { readonly accessKey: string };
}
export interface AccessKeyDeleted {
  readonly type: 'AccessKeyDeleted';
  readonly data: { readonly accessKey: string };
}

export type AccessKeyEvent = AccessKeyCreated | AccessKeyDescribed | AccessKeyActivated | AccessKeyDeactivated | AccessKeyDeleted;

export const accessKey: Decider<AccessKey, AccessKeyCommand, AccessKeyEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    if (command.type === 'CreateAccessKey') return create(state, command);
    if (state.status === 'absent' || state.status === 'deleted') throw notFound('credential', state.status === 'deleted' ? state.accessKey : '');
    const { accessKey: key } = state;
    switch (command.type) {
      case 'ChangeAccessKey': {
        const { status = state.status, description = state.description } = command;
        const switched = status === 'active' ? ('AccessKeyActivated' as const) : ('AccessKeyDeactivated' as const);
        return [
          ...describe(key, state.description, description),
          ...(status === state.status ? [] : [{ type: switched, data: { accessKey: key } }]),
        ];
      }
      case 'DeleteAccessKey':
        return [{ type: 'AccessKeyDeleted', data: { accessKey: key } }];
      default:
        return command satisfies never;
    }
  },

  evolve(state, event) {
    const { accessKey: key } = event.data;
    switch (event.type) {
      case 'AccessKeyCreated':
        return { status: 'active', accessKey: key, userId: event.data.userId, description: '' };
      case 'AccessKeyDescribed':
        return isPresent(state) ? { ...state, description: event.data.description } : state;
      case 'AccessKeyActivated':
        return isPresent(state) ? { ...state, status: 'active' } : state;
      case 'AccessKeyDeactivated':
        return isPresent(state) ? { ...state, status: 'inactive' } : state;
      case 'AccessKeyDeleted':
        return { status: 'deleted', accessKey: key };
      default:
        return unknownEvent(event);
    }
  },
};

function isPresent(state: AccessKey): state is Extract<AccessKey, { readonly userId: string }> {
  return state.status === 'active' || state.status === 'inactive';
}

function create(state: AccessKey, command: CreateAccessKey): readonly AccessKeyEvent[] {
  const { accessKey: key, userId, domainId, description = '' } = command;
  if (state.status !== 'absent') {
    const message = `The access key ${key} exists. Make a new one.`;
    throw new WindlassError({ kind: 'conflict', reason: 'ACCESS_KEY_EXISTS', code: 'IAM.0005', message });
  }
  requireWellFormed(command);
  return [{ type: 'AccessKeyCreated', data: { accessKey: key, userId, domainId } }, ...describe(key, '', description)];
}

function describe(key: string, before: string, description: string): readonly AccessKeyDescribed[] {
  requireDescription(description);
  return description === before ? [] : [{ type: 'AccessKeyDescribed', data: { accessKey: key, description } }];
}

const STREAM = 'access-key-';

export function accessKeyStream(key: string): string {
  return `${STREAM}${key}`;
}

function requireWellFormed(command: CreateAccessKey): void {
  if (/^[A-Z0-9]{20}$/.test(command.accessKey) && /^[A-Za-z0-9]{40}$/.test(command.secretKey)) return;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'ACCESS_KEY_INVALID',
    code: 'IAM.0073',
    message: 'An access key must have 20 upper-case letters and digits, its secret key 40 letters and digits.',
  });
}
