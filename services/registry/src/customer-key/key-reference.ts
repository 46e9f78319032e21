import { refusal } from '../refusal.js';

/** The fields of the API that name a customer's key. */
export type KeyField = 'code_encrypt_kms_key_id' | 'user_data_encrypt_kms_key_id';

/** Names the key that FunctionGraph makes for itself in each project on first use. */
export const DEFAULT_KEY = 'functiongraph/default';

const KEY_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The key that a field names: the id of a customer master key, or `functiongraph/default`; undefined where it names none. */
export function readKeyReference(field: KeyField, text: string): string | undefined {
  if (text === '') return undefined;
  if (text === DEFAULT_KEY || KEY_ID.test(text)) return text;
  throw refusal('invalid', 'FSS.0400', 'KEY_REFERENCE_INVALID', `${field} is the id of a customer master key, a UUID of 36 characters in lower case, or ${DEFAULT_KEY} for the key that FunctionGraph makes for itself.`);
}
