import { functionMissing } from './function-urn.js';
import type { FunctionEvent } from './function.events.js';
import { evolveFunction, NO_FUNCTION, type FunctionState } from './function.state.js';

export interface DeleteFunction {
  readonly urn: string;
}

/** Ends the function with its aliases and versions. */
function decide(state: FunctionState, { urn }: DeleteFunction): readonly FunctionEvent[] {
  if (state.status !== 'active') throw functionMissing(urn);
  const { function: record, versions, aliases } = state;
  const of = { funcId: record.funcId, domainId: record.domainId };
  return [
    ...aliases.map((alias) => ({ type: 'AliasDeleted' as const, data: { of, alias } })),
    ...versions.map((version) => ({ type: 'VersionDeleted' as const, data: { version } })),
    { type: 'FunctionDeleted', data: { function: record } },
  ];
}

export const deleteFunction = { initial: NO_FUNCTION, decide, evolve: evolveFunction };
