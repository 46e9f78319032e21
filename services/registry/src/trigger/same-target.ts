import type { Caller } from '../caller/caller.js';
import type { FunctionLookup } from '../function/function-lookup.js';
import { LATEST } from '../function/function-urn.js';
import type { GatewayWish } from './gateway-event-data.js';
import { badEventData } from './trigger.errors.js';
import type { GatewayTriggerType } from './trigger.state.js';

/** func_info may repeat which version of which function the trigger calls: the one of the path, and no other. */
export async function requireSameTarget(
  lookup: FunctionLookup,
  caller: Caller,
  type: GatewayTriggerType,
  wish: Pick<GatewayWish, 'functionUrn' | 'version'>,
  of: { readonly funcId: string; readonly qualifier: string },
): Promise<void> {
  if (wish.version !== undefined && wish.version !== of.qualifier) {
    throw badEventData(type, `func_info.version is ${JSON.stringify(wish.version.slice(0, 80))}, but the trigger calls ${of.qualifier}. Name the version in the URN of the path.`);
  }
  if (wish.functionUrn === undefined) return;
  const named = await lookup.locate(caller, wish.functionUrn);
  if (named.row.funcId !== of.funcId) throw badEventData(type, 'func_info.function_urn names another function than the one the trigger is for.');
  if (named.qualifier !== of.qualifier && named.qualifier !== LATEST) {
    throw badEventData(type, `func_info.function_urn names ${named.qualifier}, but the trigger calls ${of.qualifier}.`);
  }
}
