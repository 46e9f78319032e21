import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';

/** A user's credential for signed requests: a public id and a secret. */
export type AccessKey = { readonly status: 'absent' } | { readonly status: 'active'; readonly accessKey: string; readonly userId: string };

export interface CreateAccessKey {
  readonly type: 'CreateAccessKey';
  readonly accessKey: string;
  /** Judged here, kept nowhere: the caller stores it encrypted. */
  readonly secretKey: string;
  readonly userId: string;
  readonly domainId: string;
}

/**
 * That a key was made, never its secret, not even encrypted: events are kept for ever, a secret must be deletable. The
 * encrypted secret is a row of its own, written in the same transaction.
 */
export interface AccessKeyCreated {
  readonly type: 'AccessKeyCreated';
  readonly data: { readonly accessKey: string; readonly userId: string; readonly domainId: string };
}

export type AccessKeyEvent = AccessKeyCreated;

export const accessKey: Decider<AccessKey, CreateAccessKey, AccessKeyEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    if (state.status !== 'absent') {
      throw new WindlassError({
        kind: 'conflict',
        reason: 'ACCESS_KEY_EXISTS',
        code: 'IAM.0005',
        message: `The access key ${state.accessKey} exists. Make a new one.`,
      });
    }
    requireWellFormed(command);
    return [{ type: 'AccessKeyCreated', data: { accessKey: command.accessKey, userId: command.userId, domainId: command.domainId } }];
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'AccessKeyCreated':
        return { status: 'active', accessKey: event.data.accessKey, userId: event.data.userId };
      default:
        event.type satisfies never;
        return unknownEvent(event as never);
    }
  },
};

const STREAM = 'access-key-';

export function accessKeyStream(key: string): string {
  return `${STREAM}${key}`;
}

export function isAccessKeyStream(streamId: string): boolean {
  return streamId.startsWith(STREAM);
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
