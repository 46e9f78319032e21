import type { FunctionTag } from '../function-tag/function-tag.js';
import { functionExists } from './function.errors.js';
import type { FunctionEvent } from './function.events.js';
import {
  evolveFunction,
  NO_FUNCTION,
  type FunctionCodeReference,
  type FunctionRecord,
  type FunctionSettings,
  type FunctionState,
  type LogSettings,
  type Scaling,
} from './function.state.js';
import { parseUserData, requireDistinctKeys } from './user-data.js';

/** All that makes a function, checked; ids and the time come with it. */
export interface CreateFunction {
  readonly funcId: string;
  readonly domainId: string;
  readonly projectId: string;
  readonly region: string;
  readonly package: string;
  readonly name: string;
  readonly code: FunctionCodeReference;
  readonly settings: FunctionSettings;
  readonly secrets: FunctionRecord['secrets'];
  readonly environmentSeal?: FunctionRecord['environmentSeal'];
  readonly scaling: Scaling;
  readonly logs: LogSettings;
  readonly tags?: readonly FunctionTag[];
  readonly now: string;
}

function decide(state: FunctionState, command: CreateFunction): readonly FunctionEvent[] {
  if (state.status === 'active') throw functionExists(command);
  requireDistinctKeys(parseUserData('user_data', command.settings.userData), command.secrets);
  const { now, environmentSeal, tags = [], ...given } = command;
  const { funcId, domainId } = command;
  const created: FunctionEvent = { type: 'FunctionCreated', data: { function: { ...given, ...(environmentSeal && { environmentSeal }), runtime: 'http', createdAt: now, modifiedAt: now } } };
  return tags.length === 0 ? [created] : [created, { type: 'FunctionTagsChanged', data: { of: { funcId, domainId }, tags } }];
}

export const createFunction = { initial: NO_FUNCTION, decide, evolve: evolveFunction };
