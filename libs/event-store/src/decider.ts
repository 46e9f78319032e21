import type { DomainEvent } from './event.js';

/**
 * An aggregate as three pure values. `decide` answers with events or throws a WindlassError; clock and ids come with the
 * command. `evolve` knows every event of the union and never fails: history has happened.
 */
export interface Decider<S, C, E extends DomainEvent> {
  readonly initial: S;
  decide(state: S, command: C): readonly E[];
  evolve(state: S, event: E): S;
}
