import { WindlassError } from '@windlass/errors';
import { unknownEvent, type Decider } from '../decider.js';

/** The smallest aggregate with a rule: the subject of this package's own tests. */
export type AccountEvent =
  | { readonly type: 'account_opened'; readonly data: { readonly owner: string } }
  | { readonly type: 'money_moved'; readonly data: { readonly cents: number } };

export type AccountCommand = { readonly kind: 'open'; readonly owner: string } | { readonly kind: 'move'; readonly cents: number };

export type Account = { readonly kind: 'none' } | { readonly kind: 'open'; readonly owner: string; readonly cents: number };

export const account: Decider<Account, AccountCommand, AccountEvent> = {
  initial: { kind: 'none' },
  decide(state, command) {
    switch (command.kind) {
      case 'open':
        if (state.kind === 'open') throw refused('ACCOUNT_EXISTS');
        return [{ type: 'account_opened', data: { owner: command.owner } }];
      case 'move':
        if (state.kind === 'none') throw refused('ACCOUNT_UNKNOWN');
        if (state.cents + command.cents < 0) throw refused('TOO_POOR');
        return command.cents === 0 ? [] : [{ type: 'money_moved', data: { cents: command.cents } }];
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'account_opened':
        return { kind: 'open', owner: event.data.owner, cents: 0 };
      case 'money_moved':
        return state.kind === 'none' ? state : { ...state, cents: state.cents + event.data.cents };
      default:
        return unknownEvent(event);
    }
  },
};

function refused(reason: string): WindlassError {
  return new WindlassError({ kind: 'invalid', reason, code: 'TEST', message: reason });
}
