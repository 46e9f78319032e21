import { functionMissing } from './function-urn.js';
import type { FunctionEvent } from './function.events.js';
import { evolveFunction, isSameCode, NO_FUNCTION, storedDigest, type FunctionCodeReference, type FunctionState } from './function.state.js';

export interface ReplaceFunctionCode {
  /** As the caller named the function. */
  readonly urn: string;
  readonly code: FunctionCodeReference;
  readonly now: string;
}

function decide(state: FunctionState, { urn, code, now }: ReplaceFunctionCode): readonly FunctionEvent[] {
  if (state.status !== 'active') throw functionMissing(urn);
  const before = state.function.code;
  // The same code again changes nothing: no instance is restarted for it.
  if (isSameCode(before, code)) return [];
  return [
    {
      type: 'FunctionCodeReplaced',
      data: { function: { ...state.function, code, modifiedAt: now }, replaced: { digest: storedDigest(before), sizeBytes: before.sizeBytes } },
    },
  ];
}

export const replaceFunctionCode = { initial: NO_FUNCTION, decide, evolve: evolveFunction };
