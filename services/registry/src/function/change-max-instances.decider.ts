import { functionMissing } from './function-urn.js';
import type { FunctionEvent } from './function.events.js';
import { evolveFunction, NO_FUNCTION, type FunctionState } from './function.state.js';
import { requireMaxInstances } from './scaling.js';

export interface ChangeMaxInstances {
  readonly urn: string;
  /** -1 without limit, 0 disabled. */
  readonly maxInstances: number;
  readonly now: string;
}

function decide(state: FunctionState, { urn, maxInstances, now }: ChangeMaxInstances): readonly FunctionEvent[] {
  if (state.status !== 'active') throw functionMissing(urn);
  requireMaxInstances(maxInstances);
  const { scaling } = state.function;
  if (scaling.maxInstances === maxInstances) return [];
  return [{ type: 'FunctionMaxInstancesChanged', data: { function: { ...state.function, scaling: { ...scaling, maxInstances }, modifiedAt: now } } }];
}

export const changeMaxInstances = { initial: NO_FUNCTION, decide, evolve: evolveFunction };
