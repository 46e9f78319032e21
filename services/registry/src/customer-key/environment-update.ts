import { isDeepStrictEqual } from 'node:util';
import { isWindlassError } from '@windlass/errors';
import type { FunctionAgencies, FunctionRecord } from '../function/function.state.js';
import { parseUserData, requireDistinctKeys } from '../function/user-data.js';
import type { FunctionSeals } from './function-seals.js';
import type { OpenEnvironment, SealedEnvironment } from './sealed-environment.js';

/** What a request says of the environment. */
export interface EnvironmentWish {
  readonly userData: string;
  /** Undefined keeps all secrets; a blank value keeps the one that is stored, and what is not named goes. */
  readonly secrets: Readonly<Record<string, string>> | undefined;
}

/** An environment under a customer's key, and what of the function it was made of. */
export interface EnvironmentUpdate {
  readonly of: Pick<FunctionRecord, 'secrets' | 'environmentSeal'>;
  readonly to: SealedEnvironment;
}

/**
 * Seals the environment that an update leaves. What it keeps is opened first, on behalf of the agency it names; what is the same as before
 * stays as it is, so that an update that changes nothing restarts nothing.
 */
export async function updateEnvironment(seals: FunctionSeals, record: FunctionRecord, agencies: FunctionAgencies, reference: string, wish: EnvironmentWish, requestId: string): Promise<EnvironmentUpdate | undefined> {
  const { secrets, environmentSeal } = record;
  const before = await openBefore(seals, record, agencies, wish, requestId);
  const after = { userData: wish.userData, secrets: wantedSecrets(before?.secrets ?? {}, wish.secrets) };
  requireDistinctKeys(parseUserData('user_data', after.userData), after.secrets);
  const of = { secrets, ...(environmentSeal && { environmentSeal }) };
  if (environmentSeal?.key === reference && isDeepStrictEqual(before, after)) return { of, to: { seal: environmentSeal, secrets } };
  const to = await seals.forEnvironment(record, agencies, reference, after, requestId);
  return to && { of, to };
}

/** Whether the function is still what the update was made of. */
export function isMadeOf({ of }: EnvironmentUpdate, { secrets, environmentSeal }: FunctionRecord): boolean {
  return isDeepStrictEqual(of, { secrets, ...(environmentSeal && { environmentSeal }) });
}

async function openBefore(seals: FunctionSeals, record: FunctionRecord, agencies: FunctionAgencies, wish: EnvironmentWish, requestId: string): Promise<OpenEnvironment | undefined> {
  try {
    return await seals.openForUpdate(record, agencies, requestId);
  } catch (error) {
    // A key that cannot be used any more keeps nobody from giving all values anew, under another one.
    if (!isWindlassError(error) || error.kind === 'unavailable' || keepsAny(record, wish)) throw error;
    return undefined;
  }
}

function keepsAny({ secrets }: FunctionRecord, wish: EnvironmentWish): boolean {
  return Object.keys(secrets).some((name) => wish.secrets === undefined || wish.secrets[name] === '');
}

function wantedSecrets(before: OpenEnvironment['secrets'], wanted: EnvironmentWish['secrets']): OpenEnvironment['secrets'] {
  if (wanted === undefined) return before;
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, value]) => {
      const kept = value === '' ? before[name] : value;
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}
