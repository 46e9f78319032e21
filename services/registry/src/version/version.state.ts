import type { FunctionRecord, FunctionState } from '../function/function.state.js';

/** A function as it was when it was published. Nothing of it changes any more. */
export interface PublishedVersion {
  readonly name: string;
  readonly description: string;
  /** Code, configuration and secrets of the version; `modifiedAt` is the time of publication. */
  readonly function: FunctionRecord;
}

/** The version after a command that leaves it; anything else is a mistake of this program. */
export function activeVersion(state: FunctionState, name: string): PublishedVersion {
  const found = state.status === 'active' ? state.versions.find((version) => version.name === name) : undefined;
  if (found === undefined) throw new Error(`the function is ${state.status} and has no version ${name}, must have it`);
  return found;
}
