import { isDeepStrictEqual } from 'node:util';
import { isMadeOf, type EnvironmentUpdate } from '../customer-key/environment-update.js';
import { refusal } from '../refusal.js';
import { functionMissing } from './function-urn.js';
import type { FunctionEvent } from './function.events.js';
import {
  evolveFunction,
  NO_FUNCTION,
  type FunctionRecord,
  type FunctionSettings,
  type FunctionState,
  type LogSettings,
  type Scaling,
} from './function.state.js';
import { parseUserData, requireDistinctKeys } from './user-data.js';

/** What to do with one secret value: a new one, encrypted, or the one that is stored. */
export type SecretChange = { readonly kind: 'set'; readonly encrypted: string } | { readonly kind: 'keep' };

export interface ReplaceFunctionConfig {
  readonly urn: string;
  readonly settings: FunctionSettings;
  /** Undefined leaves all secrets as they are; otherwise those that are not named go. */
  readonly secrets: Readonly<Record<string, SecretChange>> | undefined;
  /** Where the environment lies under a customer's key, or shall: all of it. `secrets` say nothing then. */
  readonly environment?: EnvironmentUpdate | undefined;
  /** Members that are absent stay. */
  readonly scaling: Partial<Scaling>;
  /** Undefined leaves logs as they are. */
  readonly logs: LogSettings | undefined;
  readonly now: string;
}

/** Replaces the settings as a whole, except what the documented service keeps: log settings, if an agency stays, and the instance limit. */
function decide(state: FunctionState, command: ReplaceFunctionConfig): readonly FunctionEvent[] {
  if (state.status !== 'active') throw functionMissing(command.urn);
  const before = state.function;
  const { environment } = command;
  const isCurrent = environment === undefined ? before.environmentSeal === undefined : isMadeOf(environment, before);
  if (!isCurrent) throw environmentChanged();
  const secrets = environment?.to.secrets ?? changedSecrets(before.secrets, command.secrets);
  requireDistinctKeys(parseUserData('user_data', command.settings.userData), secrets);
  const after: FunctionRecord = {
    ...before,
    settings: environment === undefined ? command.settings : { ...command.settings, userData: '' },
    secrets,
    ...(environment && { environmentSeal: environment.to.seal }),
    scaling: { ...before.scaling, ...command.scaling },
    logs: command.logs ?? keptLogs(before, command.settings),
  };
  // Clients send the whole configuration to change nothing: no instance is restarted for it.
  if (isDeepStrictEqual(before, after)) return [];
  return [{ type: 'FunctionConfigReplaced', data: { function: { ...after, modifiedAt: command.now } } }];
}

/** Somebody changed the environment between the look at it and this decision. */
function environmentChanged(): Error {
  return refusal('conflict', 'FSS.0409', ENVIRONMENT_CHANGED, 'Somebody changes the environment of this function at the same time. Send it again.');
}

export const ENVIRONMENT_CHANGED = 'ENVIRONMENT_CHANGED';

/** In the documented service logs are written through the agency: they end with it, unless the same request says otherwise. */
function keptLogs({ settings, logs }: FunctionRecord, next: FunctionSettings): LogSettings {
  const agencyGoes = settings.agencies.configuration !== '' && next.agencies.configuration === '';
  return agencyGoes ? { enabled: false, tags: {} } : logs;
}

function changedSecrets(before: FunctionRecord['secrets'], changes: ReplaceFunctionConfig['secrets']): FunctionRecord['secrets'] {
  if (changes === undefined) return before;
  const after: Record<string, string> = {};
  for (const [key, change] of Object.entries(changes)) {
    const value = change.kind === 'set' ? change.encrypted : before[key];
    if (value !== undefined) after[key] = value;
  }
  return after;
}

export const replaceFunctionConfig = { initial: NO_FUNCTION, decide, evolve: evolveFunction };
