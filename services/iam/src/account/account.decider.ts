import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '@windlass/event-store';
import { requireName } from '../name-rule.js';

/** An account (the API says "domain") is the tenant: everything belongs to one. */
export type Account = { readonly status: 'absent' } | { readonly status: 'active'; readonly domainId: string; readonly name: string };

export interface CreateAccount {
  readonly type: 'CreateAccount';
  readonly domainId: string;
  readonly name: string;
  /** The platform's own account, whose administrator operates the platform. */
  readonly isOperator: boolean;
}

export interface AccountCreated {
  readonly type: 'AccountCreated';
  readonly data: { readonly domainId: string; readonly name: string; readonly isOperator: boolean };
}

export type AccountEvent = AccountCreated;

export const account: Decider<Account, CreateAccount, AccountEvent> = {
  initial: { status: 'absent' },

  decide(state, { domainId, name, isOperator }) {
    if (state.status !== 'absent') throw accountExists(state.name);
    requireName('account', name);
    return [{ type: 'AccountCreated', data: { domainId, name, isOperator } }];
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'AccountCreated':
        return { status: 'active', domainId: event.data.domainId, name: event.data.name };
      default:
        event.type satisfies never;
        return unknownEvent(event as never);
    }
  },
};

export function accountExists(name: string): WindlassError {
  return new WindlassError({
    kind: 'conflict',
    reason: 'ACCOUNT_EXISTS',
    code: 'IAM.0005',
    message: `An account named "${name}" exists. Names must differ in more than case.`,
  });
}

const STREAM = 'account-';

export function accountStream(domainId: string): string {
  return `${STREAM}${domainId}`;
}

export function isAccountStream(streamId: string): boolean {
  return streamId.startsWith(STREAM);
}
