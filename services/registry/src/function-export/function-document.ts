import { CreateFunctionRequest } from '@windlass/contracts/registry/v1/function_service';
import type { WindlassError } from '@windlass/errors';
import type { NamedDependency } from '../dependency/attached-dependencies.js';
import type { SettingsBesideCreation } from '../function/create-function.js';
import { viewFunction } from '../function/function-view.js';
import type { FunctionRecord, Scaling } from '../function/function.state.js';
import { requireInstanceConcurrency, requireMaxInstances } from '../function/scaling.js';
import { refusal } from '../refusal.js';

/** A configuration as a file says it. Its form is checked; what the values mean is checked where functions are created. */
export interface FunctionDocument {
  /** Without the code. */
  readonly request: CreateFunctionRequest & SettingsBesideCreation;
  readonly scaling: Partial<Scaling>;
  /** Laid over the code in this order. */
  readonly dependencies: readonly NamedDependency[];
}

/** FSS.1023 beyond. */
export const LARGEST_DOCUMENT_BYTES = 64 * 1024;

const TEXTS = ['func_name', 'package', 'runtime', 'handler', 'initializer_handler', 'pre_stop_handler', 'code_type', 'code_filename', 'description', 'user_data', 'xrole', 'app_xrole'] as const;
const NUMBERS = ['memory_size', 'timeout', 'initializer_timeout', 'pre_stop_timeout', 'ephemeral_storage'] as const;
const FLAGS = ['enable_lts_log', 'enable_class_isolation', 'enable_auth_in_header'] as const;

/**
 * The configuration as JSON, by the names of the API. What belongs to the account stays out: ids, the enterprise project, log
 * groups, customers' keys. Secrets are named, without their values; dependencies by name and content.
 */
export function writeDocument(record: FunctionRecord, userData: string): string {
  const view = { ...viewFunction(record), user_data: userData };
  const plain = Object.fromEntries([...TEXTS, ...NUMBERS, ...FLAGS].map((name) => [name, view[name]]));
  const { network_controller, strategy_config, lts_custom_tag, encrypted_user_data } = view;
  const dependencies = (record.code.dependencies ?? []).map(({ name, digest }) => ({ name, digest }));
  return `${JSON.stringify({ ...plain, network_controller, strategy_config, lts_custom_tag, encrypted_user_data, dependencies }, undefined, 2)}\n`;
}

/** FSS.1025 for what is no such document, FSS.1057 for one without a name. Members it does not know are ignored. */
export function readDocument(text: string): FunctionDocument {
  const fields = parseObject(text);
  const typed = (names: readonly string[], type: string): Record<string, unknown> =>
    Object.fromEntries(names.flatMap((name) => (fields[name] === undefined || fields[name] === null ? [] : [[name, requireType(name, fields[name], type)]])));
  const texts = typed(TEXTS, 'string');
  if (!texts['func_name']) throw refusal('not_found', 'FSS.1057', 'IMPORT_NAME_MISSING', 'function.json has no func_name.');
  const { strategy_config: strategy, lts_custom_tag: tags, network_controller } = fields;
  const plain = { ...texts, ...typed(NUMBERS, 'number'), ...typed(FLAGS, 'boolean') };
  const { ephemeral_storage, enable_auth_in_header, enable_class_isolation } = plain as SettingsBesideCreation;
  const request = {
    ...CreateFunctionRequest.fromPartial({ ...plain, network_controller, lts_custom_tag: readTags(tags) }),
    ...(ephemeral_storage !== undefined && { ephemeral_storage }),
    ...(enable_auth_in_header !== undefined && { enable_auth_in_header }),
    ...(enable_class_isolation !== undefined && { enable_class_isolation }),
  };
  return { request, scaling: readScaling(strategy), dependencies: readDependencies(fields['dependencies']) };
}

function readTags(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  const tags = requireObject('lts_custom_tag', value);
  for (const [name, tag] of Object.entries(tags)) requireType(`lts_custom_tag.${name}`, tag, 'string');
  return tags as Record<string, string>;
}

function readDependencies(value: unknown): readonly NamedDependency[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw bad('dependencies is not a list.');
  return value.map((each: unknown, index) => {
    const { name, digest } = requireObject(`dependencies[${index}]`, each);
    requireType(`dependencies[${index}].name`, name, 'string');
    requireType(`dependencies[${index}].digest`, digest, 'string');
    return { name: String(name), digest: String(digest) };
  });
}

function readScaling(value: unknown): Partial<Scaling> {
  if (value === undefined || value === null) return {};
  const { concurrency, concurrent_num: concurrent } = requireObject('strategy_config', value);
  return {
    ...(concurrency !== undefined && { maxInstances: requireMaxInstances(wholeNumber('strategy_config.concurrency', concurrency)) }),
    ...(concurrent !== undefined && { instanceConcurrency: requireInstanceConcurrency(wholeNumber('strategy_config.concurrent_num', concurrent)) }),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw bad('function.json is not JSON.');
  }
  return requireObject('function.json', parsed);
}

function requireObject(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${name} is not a JSON object.`);
  return value as Readonly<Record<string, unknown>>;
}

function requireType(name: string, value: unknown, type: string): unknown {
  if (type === 'number') return wholeNumber(name, value);
  if (typeof value !== type) throw bad(`${name} must be a ${type}.`);
  return value;
}

function wholeNumber(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2 ** 31 - 1 || (value < 0 && name !== 'strategy_config.concurrency')) throw bad(`${name} must be a whole number.`);
  return value;
}

function bad(message: string): WindlassError {
  return refusal('invalid', 'FSS.1025', 'IMPORT_DOCUMENT_INVALID', message);
}
