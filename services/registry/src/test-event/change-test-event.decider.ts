import { functionMissing } from '../function/function-urn.js';
import type { FunctionEvent, FunctionOwner } from '../function/function.events.js';
import { evolveFunction, NO_FUNCTION, type ActiveFunction, type FunctionState } from '../function/function.state.js';
import { refusal } from '../refusal.js';
import { MOST_TEST_EVENTS, type TestEventRecord } from './test-event.js';

export interface CreateTestEvent {
  readonly urn: string;
  readonly id: string;
  readonly name: string;
  readonly content: string;
  readonly now: string;
}

export interface ReplaceTestEvent {
  readonly urn: string;
  readonly id: string;
  /** Undefined keeps the name. */
  readonly name: string | undefined;
  readonly content: string;
  readonly now: string;
}

export interface DeleteTestEvent {
  readonly urn: string;
  readonly id: string;
}

function decideCreation(state: FunctionState, { urn, id, name, content, now }: CreateTestEvent): readonly FunctionEvent[] {
  const active = requireActive(state, urn);
  requireFreeName(active, name);
  if (active.testEvents.length >= MOST_TEST_EVENTS) {
    throw refusal(
      'quota_exceeded',
      'FSS.1068',
      'TEST_EVENT_QUOTA_EXCEEDED',
      `The function has ${MOST_TEST_EVENTS} test events, which is the most it may have. Delete one it no longer needs.`,
    );
  }
  return [{ type: 'TestEventKept', data: { of: ownerIn(active), testEvent: { id, name, content, createdAt: now } } }];
}

function decideReplacement(state: FunctionState, { urn, id, name: wanted, content, now }: ReplaceTestEvent): readonly FunctionEvent[] {
  const active = requireActive(state, urn);
  const before = requireTestEvent(active.testEvents, id);
  const name = wanted ?? before.name;
  if (name !== before.name) requireFreeName(active, name);
  if (name === before.name && content === before.content) return [];
  return [{ type: 'TestEventKept', data: { of: ownerIn(active), testEvent: { ...before, name, content, modifiedAt: now } } }];
}

function decideDeletion(state: FunctionState, { urn, id }: DeleteTestEvent): readonly FunctionEvent[] {
  const active = requireActive(state, urn);
  const testEvent = requireTestEvent(active.testEvents, id);
  return [{ type: 'TestEventDeleted', data: { of: ownerIn(active), testEvent } }];
}

function requireActive(state: FunctionState, urn: string): ActiveFunction {
  if (state.status !== 'active') throw functionMissing(urn);
  return state;
}

export function requireTestEvent(testEvents: readonly TestEventRecord[], id: string): TestEventRecord {
  const found = testEvents.find((candidate) => candidate.id === id);
  if (found === undefined) throw refusal('not_found', 'FSS.1070', 'TEST_EVENT_NOT_FOUND', 'The function has no test event with this id.');
  return found;
}

function requireFreeName({ testEvents }: ActiveFunction, name: string): void {
  // 403 as documented for FSS.1073.
  if (testEvents.some((other) => other.name === name)) throw refusal('forbidden', 'FSS.1073', 'TEST_EVENT_EXISTS', `The function already has a test event ${name}.`);
}

function ownerIn({ function: { funcId, domainId } }: ActiveFunction): FunctionOwner {
  return { funcId, domainId };
}

export const createTestEvent = { initial: NO_FUNCTION, decide: decideCreation, evolve: evolveFunction };
export const replaceTestEvent = { initial: NO_FUNCTION, decide: decideReplacement, evolve: evolveFunction };
export const deleteTestEvent = { initial: NO_FUNCTION, decide: decideDeletion, evolve: evolveFunction };
