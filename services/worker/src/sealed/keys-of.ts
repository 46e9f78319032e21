import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';

/** The ids of the customers' keys that a function cannot start without. */
export function keysOf({ code_key_id, environment_key_id }: FunctionSpec): readonly string[] {
  return [code_key_id, environment_key_id].filter((id) => id !== '');
}
