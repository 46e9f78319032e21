import { createHash } from 'node:crypto';
import type { DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { PublicOperation } from './public-operations.js';

/** Inline code: a bootstrap that ends at once. */
export const SCRIPT = Buffer.from('#!/bin/sh\nexit 0\n').toString('base64');

/** A package of one file, as a dependency may be. */
export const LIBRARIES = 'UEsDBBQAAAAAAAAAIQAg0FRCFAAAABQAAAAJAAAAc2FtcGxlLmpzZXhwb3J0cy5zYW1wbGUgPSAxOwpQSwECFAMUAAAAAAAAACEAINBUQhQAAAAUAAAACQAAAAAAAAAAAAAApIEAAAAAc2FtcGxlLmpzUEsFBgAAAAABAAEANwAAADsAAAAAAA==';

const settings = { runtime: 'http', handler: 'bootstrap', timeout: 10, memory_size: 128 };
const inline = { code_type: 'inline', func_code: { file: SCRIPT } };
const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list*'] }] };

// What a well-formed request of an operation says besides ids. An operation that is not here needs nothing else.
const SAMPLES: Readonly<Record<string, JsonObject>> = {
  CreateFunction: { func_name: 'sample', package: 'default', ...settings, ...inline },
  UpdateFunctionConfig: { func_name: 'sample', ...settings },
  UpdateFunctionMaxInstanceConfig: { max_instance_num: 5 },
  UpdateFunctionCode: inline,
  CreateFunctionVersion: { version: 'sample' },
  CreateVersionAlias: { name: 'sample', version: 'latest' },
  UpdateVersionAlias: { version: 'latest' },
  CreateTags: { tags: [{ key: 'sample', value: 'sample' }] },
  DeleteTags: { tags: [{ key: 'sample' }] },
  CreateEvent: { name: 'sample', content: 'e30=' },
  UpdateEvent: { content: 'W10=' },
  InvokeFunction: { event: { httpMethod: 'GET', path: '/' } },
  AsyncInvokeFunction: { event: {} },
  CreateFunctionTrigger: { event_data: { name: 'sample', path: '/sample', auth: 'NONE' } },
  UpdateTrigger: { trigger_status: 'ACTIVE' },
  ListStatistics: { filter: 'monitor_data' },
  ExportFunction: { config: true },
  ImportFunction: { func_name: 'sample', file_code: 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==' },
  RollbackFunction: { to: '2026-01-01T00:00:00Z', dry_run: true },
  CreateDependencyVersion: { depend_type: 'zip', depend_file: LIBRARIES, runtime: 'http', name: 'sample' },
  CreateLogGroup: { log_group_name: 'sample', ttl_in_days: 7 },
  UpdateLogGroup: { ttl_in_days: 8 },
  CreateLogStream: { log_stream_name: 'sample' },
  QueryLogs: { start_time: String(Date.now() - 3_600_000), end_time: String(Date.now() + 3_600_000) },
  ListLogHistogram: { start_time: String(Date.now() - 3_600_000), end_time: String(Date.now() + 3_600_000), step_interval: 60_000 },
  CreateTransfer: { log_transfer_info: { log_transfer_type: 'OBS', log_transfer_detail: { obs_period: 5, obs_period_unit: 'min', obs_bucket_name: 'sample-bucket' } } },
  UpdateTransfer: { log_transfer_id: 'sample', log_transfer_info: { log_transfer_status: 'DISABLE' } },
  DeleteTransfer: { log_transfer_id: 'sample' },
  UpdateLogStream: { ttl_in_days: 9 },
  TagLogResource: { action: 'create', tags: [{ key: 'sample', value: 'sample' }] },
  UpdateLogMasking: { mask_secrets: true },
  ListLogContext: { line_num: '1700000000000000000' },
  CreateKey: { key_alias: 'sample' },
  CreateDatakey: { datakey_length: '256' },
  DecryptDatakey: { cipher_text: '00'.repeat(60), datakey_cipher_length: '32' },
  EncryptDatakey: { plain_text: Buffer.concat([Buffer.alloc(32), createHash('sha256').update(Buffer.alloc(32)).digest()]).toString('hex'), datakey_plain_length: '32' },
  EncryptData: { plain_text: 'sample' },
  DecryptData: { cipher_text: Buffer.alloc(60, 2).toString('base64') },
  CreateGrant: { grantee_principal: 'sample', grantee_principal_type: 'user', operations: ['describe-key'] },
  CreateParametersForImport: { wrapping_algorithm: 'RSAES_OAEP_SHA_256' },
  ImportKeyMaterial: { import_token: Buffer.alloc(200, 1).toString('base64'), encrypted_key_material: Buffer.alloc(256).toString('base64') },
  BatchCreateKmsTags: { action: 'create', tags: [{ key: 'sample', value: 'sample' }] },
  CreateKmsTag: { tag: { key: 'sample', value: 'sample' } },
  DeleteTag: { key: 'sample' },
  ListKmsByTags: { action: 'filter' },
  ScheduleKeyDeletion: { pending_days: '7' },
  UpdateKeyAlias: { key_alias: 'sample' },
  UpdateKeyRotationInterval: { rotation_interval: 30 },
  Sign: { message: Buffer.alloc(32).toString('base64'), signing_algorithm: 'ECDSA_SHA_256' },
  ValidateSignature: { message: Buffer.alloc(32).toString('base64'), signature: Buffer.alloc(70).toString('base64'), signing_algorithm: 'ECDSA_SHA_256' },
  CreateUser: { user: { name: 'sample' } },
  UpdateUser: { user: { description: 'sample' } },
  UpdateUserInformation: { user: { email: 'sample@example.com' } },
  KeystoneCreateUser: { user: { name: 'sample' } },
  KeystoneUpdateUserByAdmin: { user: { description: 'sample' } },
  KeystoneUpdateUserPassword: { user: { original_password: 'Correct-Horse-1', password: 'Correct-Horse-2' } },
  KeystoneCreateGroup: { group: { name: 'sample' } },
  KeystoneUpdateGroup: { group: { description: 'sample' } },
  KeystoneCreateProject: { project: { name: 'local-1_sample' } },
  KeystoneUpdateProject: { project: { description: 'sample' } },
  CreateCustomPolicy: { role: { display_name: 'sample', type: 'XA', description: 'sample', policy } },
  UpdateCustomPolicy: { role: { display_name: 'sample', type: 'XA', description: 'sample', policy } },
  CreateAgency: { agency: { name: 'sample', trust_domain_name: 'demo' } },
  UpdateAgency: { agency: { description: 'sample' } },
  CreateEnterpriseProject: { name: 'sample' },
  UpdateEnterpriseProject: { name: 'sample-renamed' },
  ActOnEnterpriseProject: { action: 'enable' },
  MigrateResource: { resource_type: 'functions' },
  ShowResourceBindEnterpriseProject: { resource_types: ['functions'] },
  CreatePermanentAccessKey: { credential: { description: 'sample' } },
  UpdatePermanentAccessKey: { credential: { status: 'active' } },
  CreateTemporaryAccessKey: { auth: { identity: { methods: ['assume_role'], assume_role: { agency_name: 'sample', domain_name: 'sample' } } } },
  ExplainAuthorization: { agency_id: null, action: 'functiongraph:function:listFunctions', resource: 'function:*' },
  ShowDomainRoleAssignments: {},
  SetAccountQuotas: { quotas: { fgs_func_num: 400 } },
  SetIsolation: { isolation: 'standard' },
  SetAccountIsolation: { isolation: 'standard' },
  SuspendAccount: { reason: 'sample' },
  ResumeAccount: { reason: 'sample' },
  CloseAccount: { reason: 'sample' },
  RetryStoppedKey: { group: 'sample', topic: 'sample', key: 'sample' },
  GiveUpMessage: { group: 'sample', topic: 'sample', key: 'sample', message_id: 'sample' },
  CreateCheckpoint: {},
  ShowResourceHistory: { resource_type: 'key', resource_id: 'sample', as_of: '2026-01-01T00:00:00Z' },
  ShowResourceDiff: { resource_type: 'key', resource_id: 'sample', from: '2026-01-01T00:00:00Z' },
};

// Groups and streams of lines by the short names that some operations have for them, which mean other things elsewhere.
const OTHER_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ListLogHistogram: { group_id: 'log_group_id', stream_id: 'log_stream_id' },
  TagLogResource: { tagged_id: 'log_group_id' },
  ShowDependencyVersion: { version: 'dependency_version' },
  DeleteDependencyVersion: { version: 'dependency_version' },
};

/** A well-formed request of an operation about the things that `ids` names: wherever the contract has a field of such a name. */
export function sampleRequest(operation: PublicOperation, ids: Readonly<Record<string, string>>): JsonObject {
  const renamed = Object.entries(OTHER_NAMES[operation.name] ?? {}).map(([name, known]) => [name, ids[known] ?? '']);
  const fixed: Record<string, string> = { trigger_type_code: 'APIG', period: '60', tagged_type: 'groups', region_id: 'local-1', ...ids, ...Object.fromEntries(renamed) };
  // The owner of a new thing follows from the credential. A list is filtered by what its path names.
  if (operation.method === 'GET' || operation.method === 'HEAD') {
    const inPath = Object.fromEntries(operation.pathFields.map((name) => [name, fixed[name] ?? '']));
    return { ...SAMPLES[operation.name], ...inPath, ...subject(operation, fixed) };
  }
  return merge(idFields(operation.input, fixed, 0), SAMPLES[operation.name] ?? {});
}

/** The ids a request names, whatever the depth. */
export function namedIds(request: JsonValue, ids: Readonly<Record<string, string>>): ReadonlySet<string> {
  const all = new Set(Object.values(ids));
  const found = new Set<string>();
  JSON.stringify(request, (_key, value: unknown) => {
    if (typeof value === 'string' && all.has(value)) found.add(value);
    return value;
  });
  return found;
}

function subject(operation: PublicOperation, ids: Readonly<Record<string, string>>): JsonObject {
  return operation.input.fields.some((field) => field.name === 'subject_token') ? { subject_token: ids['subject_token'] ?? 'unknown' } : {};
}

function idFields(message: DescMessage, ids: Readonly<Record<string, string>>, depth: number): JsonObject {
  const fields: JsonObject = {};
  for (const field of message.fields) {
    const id = ids[field.name];
    // Deeper down, "id" is that of whatever it stands in.
    if (field.fieldKind === 'scalar' && id !== undefined && (depth === 0 || field.name !== 'id')) fields[field.name] = id;
    if (field.message === undefined || field.message.typeName.startsWith('google.') || depth > 1) continue;
    const inner = idFields(field.message, ids, depth + 1);
    if (Object.keys(inner).length === 0) continue;
    if (field.fieldKind === 'message') fields[field.name] = inner;
    if (field.fieldKind === 'list') fields[field.name] = [inner];
  }
  return fields;
}

function merge(ids: JsonObject, sample: JsonObject): JsonObject {
  const merged: JsonObject = { ...ids };
  for (const [name, value] of Object.entries(sample)) {
    const known = merged[name];
    merged[name] = isPlain(known) && isPlain(value) ? merge(known, value) : value;
  }
  return merged;
}

function isPlain(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
