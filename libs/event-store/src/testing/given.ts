import { deepStrictEqual, fail } from 'node:assert/strict';
import { fold, type Decider } from '../decider.js';
import type { DomainEvent } from '../event.js';

/**
 * Tests of an aggregate in its own words: given what happened, when it is told something, then what happens, or the
 * reason why not. State and history are frozen, so a decider that changes its input fails the test.
 */
export function given<S, C, E extends DomainEvent>(decider: Decider<S, C, E>) {
  return {
    events(history: readonly E[]) {
      return {
        when(command: C) {
          const run = (): { before: S; decided: readonly E[] } => {
            const before = frozenFold(decider, decider.initial, history);
            return { before, decided: decider.decide(before, frozen(command)) };
          };
          return {
            /** Exactly these events, in this order. */
            thenEvents(expected: readonly E[]): void {
              const { before, decided } = run();
              deepStrictEqual(decided, expected);
              // Whatever is decided must also be history the aggregate can live with.
              frozenFold(decider, before, decided);
            },
            /** An error with this `reason`, as every WindlassError has one. */
            thenFails(reason: string): void {
              let decided: readonly E[];
              try {
                decided = run().decided;
              } catch (error) {
                const found = (error as { reason?: unknown }).reason;
                if (found === undefined) throw error;
                deepStrictEqual(found, reason);
                return;
              }
              fail(`It should have failed with ${reason}, and decided ${JSON.stringify(decided)}.`);
            },
            /** The state after the decided events. */
            thenState(expected: S): void {
              const { before, decided } = run();
              deepStrictEqual(frozenFold(decider, before, decided), expected);
            },
          };
        },
      };
    },
  };
}

function frozenFold<S, C, E extends DomainEvent>(decider: Decider<S, C, E>, state: S, events: readonly E[]): S {
  return fold({ evolve: (reached: S, event: E) => frozen(decider.evolve(reached, frozen(event))) }, frozen(state), events);
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
