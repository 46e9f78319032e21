import { functionMissing } from './function-urn.js';
import type { FunctionEvent } from './function.events.js';
import { evolveFunction, NO_FUNCTION, type FunctionState } from './function.state.js';

export interface DeleteFunction {
  readonly urn: string;
}

function decide(state: FunctionState, { urn }: DeleteFunction): readonly FunctionEvent[] {
  if (state.status !== 'active') throw functionMissing(urn);
  return [{ type: 'FunctionDeleted', data: { function: state.function } }];
}

export const deleteFunction = { initial: NO_FUNCTION, decide, evolve: evolveFunction };
