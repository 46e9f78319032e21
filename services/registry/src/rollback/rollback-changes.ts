import { isDeepStrictEqual } from 'node:util';
import { asJson, fieldChanges, hideValues, type FieldChange, type JsonObject } from '@windlass/resource-history';
import { viewAlias } from '../alias/alias-view.js';
import { functionUrn } from '../function/function-urn.js';
import { viewFunction } from '../function/function-view.js';
import type { ActiveFunction, FunctionRecord } from '../function/function.state.js';
import { parseUserData } from '../function/user-data.js';
import type { GatewayAddress } from '../trigger/gateway-address.js';
import type { TriggerRecord } from '../trigger/trigger.state.js';
import { viewTrigger } from '../trigger/trigger-view.js';
import type { RollbackPart } from './rollback-reference.js';

/** What happens to one thing, in the words of its own API. Values that may hold secrets are "***". */
export interface PlannedChange {
  /** "function" for what comes back with a deleted function. */
  readonly part: RollbackPart | 'function';
  readonly action: 'change' | 'restore' | 'remove';
  readonly resourceType: 'function' | 'trigger' | 'version' | 'alias' | 'tag' | 'test_event';
  readonly resourceId: string;
  readonly fields: readonly FieldChange[];
}

const SECRET = ['user_data', 'encrypted_user_data'];
const NOTHING: JsonObject = {};

/** The working version of a function that is there, part by part. */
export function functionChanges(before: FunctionRecord, after: FunctionRecord): readonly PlannedChange[] {
  const of = { action: 'change', resourceType: 'function', resourceId: functionUrn(before.region, before) } as const;
  const changes: PlannedChange[] = [
    { part: 'code', ...of, fields: fieldChanges(codeFields(before), codeFields(after)) },
    { part: 'configuration', ...of, fields: hideValues(fieldChanges(configurationFields(before, after), configurationFields(after, before)), SECRET) },
  ];
  return changes.filter(({ fields }) => fields.length > 0);
}

/** All that comes back with a function that was deleted. */
export function restoredWith(state: ActiveFunction): readonly PlannedChange[] {
  const { function: record, versions, aliases, tags, testEvents } = state;
  const back = (resourceType: PlannedChange['resourceType'], resourceId: string, fields: JsonObject): PlannedChange => ({
    part: 'function',
    action: 'restore',
    resourceType,
    resourceId,
    fields: hideValues(fieldChanges(NOTHING, fields), SECRET),
  });
  return [
    back('function', functionUrn(record.region, record), { ...codeFields(record), ...configurationFields(record, record) }),
    ...versions.map(({ name, description, function: of }) => back('version', name, { description, ...codeFields(of) })),
    ...aliases.map((alias) => back('alias', alias.name, asJson(viewAlias(record, alias)))),
    ...tags.map(({ key, value }) => back('tag', key, { value })),
    ...testEvents.map(({ id, name }) => back('test_event', id, { name })),
  ];
}

/** Without one before it comes back, without one after it goes. */
export function triggerChange(gateway: GatewayAddress, before: TriggerRecord | undefined, after: TriggerRecord | undefined): PlannedChange {
  const fields = (record: TriggerRecord | undefined): JsonObject => {
    if (record === undefined) return NOTHING;
    const { created_time: _created, last_updated_time: _updated, trigger_id: _id, ...shown } = viewTrigger(record, gateway);
    return { ...asJson(shown), func_urn: record.funcUrn };
  };
  return {
    part: 'triggers',
    action: before === undefined ? 'restore' : after === undefined ? 'remove' : 'change',
    resourceType: 'trigger',
    resourceId: (before ?? after)?.triggerId ?? '',
    fields: fieldChanges(fields(before), fields(after)),
  };
}

function codeFields(record: FunctionRecord): JsonObject {
  const { code_type, code_url, code_filename, code_size, digest, depend_version_list, code_encrypt_kms_key_id } = viewFunction(record);
  return { code_type, code_url, code_filename, code_size, digest, depend_version_list, ...unlessEmpty('code_encrypt_kms_key_id', code_encrypt_kms_key_id) };
}

/** What a rollback of the configuration takes with it, by the names of the API; environment variables one by one. */
function configurationFields(record: FunctionRecord, other: FunctionRecord): JsonObject {
  const { handler, memory_size, timeout, initializer_handler, initializer_timeout, pre_stop_handler, pre_stop_timeout, ephemeral_storage, description, xrole, app_xrole, enable_auth_in_header, ...view } = viewFunction(record);
  const { strategy_config, log_group_id, log_stream_id, enable_lts_log, lts_custom_tag, network_controller, enable_class_isolation, is_return_stream } = view;
  return {
    ...asJson({ handler, memory_size, timeout, initializer_handler, initializer_timeout, pre_stop_handler, pre_stop_timeout, ephemeral_storage, description, xrole, app_xrole, enable_auth_in_header }),
    ...asJson({ strategy_config, log_group_id, log_stream_id, enable_lts_log, lts_custom_tag, network_controller, enable_class_isolation, is_return_stream }),
    ...unlessEmpty('user_data', userData(record, other)),
    ...unlessEmpty('encrypted_user_data', record.secrets),
    ...unlessEmpty('user_data_encrypt_kms_key_id', view.user_data_encrypt_kms_key_id),
  };
}

/** The variables; or the text, where it alone differs. */
function userData({ settings: { userData: text }, environmentSeal }: FunctionRecord, other: FunctionRecord): JsonObject | string {
  // Under a customer's key it shows that it is another one, and no more.
  if (environmentSeal !== undefined) return environmentSeal.userData;
  const variables = parseUserData('user_data', text);
  const theirs = other.settings.userData;
  return text !== theirs && isDeepStrictEqual(variables, parseUserData('user_data', theirs)) ? text : variables;
}

/** An object without members is told as none: the names of those that come or go are then told one by one. */
function unlessEmpty(field: string, value: JsonObject | string): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [field]: value };
}
