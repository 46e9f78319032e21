import { additionalVersionOf } from '../alias/alias.state.js';
import { functionMissing } from '../function/function-urn.js';
import type { FunctionEvent } from '../function/function.events.js';
import { evolveFunction, NO_FUNCTION, type FunctionState } from '../function/function.state.js';
import { refusal } from '../refusal.js';
import { versionMissing } from './version.errors.js';

export interface DeleteVersion {
  readonly urn: string;
  readonly name: string;
}

/** The aliases that point to the version go with it. One that sends it a part of its requests keeps it (FSS.1094). */
function decide(state: FunctionState, { urn, name }: DeleteVersion): readonly FunctionEvent[] {
  if (state.status !== 'active') throw functionMissing(urn);
  const { function: of, versions, aliases } = state;
  const version = versions.find((candidate) => candidate.name === name);
  if (version === undefined) throw versionMissing(name);
  const user = aliases.find((alias) => additionalVersionOf(alias) === name);
  if (user !== undefined) {
    throw refusal(
      'forbidden',
      'FSS.1094',
      'VERSION_IN_USE',
      `The alias ${user.name} sends a part of its requests to the version ${name}. Change or delete the alias first.`,
    );
  }
  const owner = { funcId: of.funcId, domainId: of.domainId };
  const pointing = aliases.filter((alias) => alias.version === name);
  return [...pointing.map((alias) => ({ type: 'AliasDeleted' as const, data: { of: owner, alias } })), { type: 'VersionDeleted', data: { version } }];
}

export const deleteVersion = { initial: NO_FUNCTION, decide, evolve: evolveFunction };
