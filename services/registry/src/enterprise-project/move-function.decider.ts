import { functionMissing } from '../function/function-urn.js';
import type { FunctionEvent } from '../function/function.events.js';
import { evolveFunction, NO_FUNCTION, type FunctionState } from '../function/function.state.js';

export interface MoveFunction {
  readonly urn: string;
  readonly enterpriseProjectId: string;
  readonly now: string;
}

/** To move a function to another enterprise project is to change its configuration. */
function decide(state: FunctionState, { urn, enterpriseProjectId, now }: MoveFunction): readonly FunctionEvent[] {
  if (state.status !== 'active') throw functionMissing(urn);
  const before = state.function;
  if (before.settings.enterpriseProjectId === enterpriseProjectId) return [];
  const settings = { ...before.settings, enterpriseProjectId };
  return [{ type: 'FunctionConfigReplaced', data: { function: { ...before, settings, modifiedAt: now } } }];
}

export const moveFunction = { initial: NO_FUNCTION, decide, evolve: evolveFunction };
