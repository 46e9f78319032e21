import { unknownEvent, type Decider } from '@windlass/event-store';
import { scopeId, type GrantKey } from './grant.js';

/** A stream is one grant, given and taken any number of times: grants of different things never wait for each other's streams. */
export type GrantState = { readonly status: 'absent' } | { readonly status: 'given' };

export interface GiveGrant extends GrantKey {
  readonly type: 'GiveGrant';
  readonly domainId: string;
}

export interface TakeGrant extends GrantKey {
  readonly type: 'TakeGrant';
  readonly domainId: string;
}

export type GrantCommand = GiveGrant | TakeGrant;

export interface GrantGiven {
  readonly type: 'GrantGiven';
  readonly data: GrantKey & { readonly domainId: string };
}

export interface GrantTaken {
  readonly type: 'GrantTaken';
  readonly data: GrantKey & { readonly domainId: string };
}

export type GrantEvent = GrantGiven | GrantTaken;

export const grant: Decider<GrantState, GrantCommand, GrantEvent> = {
  initial: { status: 'absent' },

  decide(state, { type, domainId, subject, scope, roleId }) {
    const data = { domainId, subject, scope, roleId };
    switch (type) {
      case 'GiveGrant':
        return state.status === 'given' ? [] : [{ type: 'GrantGiven', data }];
      case 'TakeGrant':
        return state.status === 'absent' ? [] : [{ type: 'GrantTaken', data }];
      default:
        return type satisfies never;
    }
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'GrantGiven':
        return { status: 'given' };
      case 'GrantTaken':
        return { status: 'absent' };
      default:
        return unknownEvent(event);
    }
  },
};

/** Beginning of the ids of all grants' streams. */
export const GRANT_STREAMS = 'grant-';

/** The account is part of the name for the sake of ids that are the same in every account: enterprise project "0", system roles. */
export function grantStream(domainId: string, { subject, scope, roleId }: GrantKey): string {
  return `${GRANT_STREAMS}${domainId}-${subject.type}-${subject.id}-${scope.type}-${scopeId(scope)}-${roleId}`;
}
