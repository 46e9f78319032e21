import { account, type AccountEvent } from './account.js';
import { given } from './given.js';

const opened: AccountEvent = { type: 'account_opened', data: { owner: 'ann' } };
const moved = (cents: number): AccountEvent => ({ type: 'money_moved', data: { cents } });

describe('given(decider).events().when()', () => {
  it('accepts the events that are decided, and no others', () => {
    const then = given(account).events([opened, moved(5)]).when({ kind: 'move', cents: -5 });
    then.thenEvents([moved(-5)]);
    then.thenState({ kind: 'open', owner: 'ann', cents: 0 });
    expect(() => then.thenEvents([moved(-4)])).toThrow();
    expect(() => then.thenEvents([])).toThrow();
    expect(() => then.thenFails('TOO_POOR')).toThrow('It should have failed with TOO_POOR');
  });

  it('accepts the reason a command is refused for, and no other', () => {
    const then = given(account).events([opened]).when({ kind: 'move', cents: -1 });
    then.thenFails('TOO_POOR');
    expect(() => then.thenFails('ACCOUNT_UNKNOWN')).toThrow();
    expect(() => then.thenEvents([])).toThrow('TOO_POOR');
  });

  it('does not take a programming error for a refusal', () => {
    const broken = { ...account, decide: (): never => (undefined as never as { x: never }).x };
    expect(() => given(broken).events([]).when({ kind: 'move', cents: 1 }).thenFails('TOO_POOR')).toThrow(TypeError);
  });

  it('fails a decider that changes its input', () => {
    const careless = {
      ...account,
      evolve: (state: typeof account.initial, event: AccountEvent) => (event.type === 'money_moved' ? Object.assign(state, { cents: 1 }) : account.evolve(state, event)),
    };
    expect(() => given(careless).events([opened, moved(1)]).when({ kind: 'move', cents: 1 }).thenEvents([moved(1)])).toThrow(TypeError);
  });
});
