import { exampleSpec } from '../testing/example-spec.js';
import { unstartable } from './key-outcomes.js';
import { KeyStates } from './key-states.js';

describe('what is known of customers\' keys', () => {
  it('is the latest news, in whatever order and however often they come', () => {
    const states = new KeyStates();
    expect(states.learn({ keyId: 'k', state: 'disabled', revision: 2 })).toBe(true);
    expect(states.learn({ keyId: 'k', state: 'disabled', revision: 2 })).toBe(false);
    expect(states.learn({ keyId: 'k', state: 'enabled', revision: 3 })).toBe(true);
    expect(states.learn({ keyId: 'k', state: 'disabled', revision: 2 })).toBe(false);
    expect(states.problemOf(['k'])).toBeUndefined();
    expect(states.learn({ keyId: 'k', state: 'pending_deletion', revision: 4 })).toBe(true);
    expect(states.problemOf(['other', 'k'])).toEqual({ keyId: 'k', problem: 'pending_deletion' });
  });

  it('is of a bounded number of keys, the newest', () => {
    const states = new KeyStates();
    for (let key = 0; key <= 10_000; key += 1) states.learn({ keyId: `k${key}`, state: 'disabled', revision: 1 });
    expect(states.problemOf(['k0'])).toBeUndefined();
    expect(states.problemOf(['k1'])).toBeDefined();
  });

  it('stops functions that need one of them, and no others', () => {
    const states = new KeyStates();
    states.learn({ keyId: 'k', state: 'deleted', revision: 1 });
    for (const changes of [{ code_key_id: 'k' }, { environment_key_id: 'k' }, { code_key_id: 'other', environment_key_id: 'k' }]) {
      expect(unstartable(states, exampleSpec(changes))).toMatchObject({ kind: 'KEY_UNUSABLE', detail: expect.stringContaining('The key k that it lies under is deleted') });
    }
    expect(unstartable(states, exampleSpec())).toBeUndefined();
    expect(unstartable(states, exampleSpec({ code_key_id: 'other' }))).toBeUndefined();
  });
});
