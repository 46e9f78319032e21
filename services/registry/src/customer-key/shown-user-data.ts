import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import { isWindlassError } from '@windlass/errors';
import type { Caller } from '../caller/caller.js';
import type { FunctionRecord } from '../function/function.state.js';
import type { FunctionSeals } from './function-seals.js';

/** user_data as a configuration shows it. Who may see the configuration and not use the key sees all but this, and why. */
export async function shownUserData(seals: FunctionSeals, caller: Caller, { record, version }: { readonly record: FunctionRecord; readonly version: string }): Promise<Pick<FunctionMessage, 'user_data' | 'user_data_unreadable'>> {
  try {
    return { user_data: await seals.readUserData(caller, record, version) };
  } catch (error) {
    if (!isWindlassError(error) || error.kind === 'internal') throw error;
    return { user_data: '', user_data_unreadable: error.message };
  }
}
