import type { DomainEvent } from './event.js';

/**
 * An aggregate as three pure values. `decide` answers with events or throws a WindlassError; clock and ids come with the
 * command. `evolve` knows every event of the union and never rejects one: history has happened.
 */
export interface Decider<S, C, E extends DomainEvent> {
  readonly initial: S;
  decide(state: S, command: C): readonly E[];
  evolve(state: S, event: E): S;
}

/** The state after the events. */
export function fold<S, E extends DomainEvent>(decider: Pick<Decider<S, never, E>, 'evolve'>, state: S, events: readonly E[]): S {
  return events.reduce((reached, event) => decider.evolve(reached, event), state);
}

/**
 * For the last branch of an `evolve`: compiles only when every event of the union is handled, and fails when a stored
 * event is of a type this program does not know, because a state that skipped history is a wrong state.
 */
export function unknownEvent(event: never): never {
  throw new Error(`This program does not know events of the type "${(event as DomainEvent).type}": it may be older than the data.`);
}
