import { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import { FunctionCode } from '@windlass/contracts/registry/v1/function_service';
import type { FunctionRecord } from './function.state.js';
import { functionUrn, LATEST } from './function-urn.js';

/** Millicores that come with memory (API "Function Model"): 128 MB give 300. */
export function cpuMillicores(memoryMb: number): number {
  return (memoryMb / 128) * 100 + 200;
}

/** Which version of a function is shown. */
export interface ShownVersion {
  readonly version: string;
  readonly description: string;
}

const WORKING: ShownVersion = { version: LATEST, description: '' };

/** The function as the documented API shows it. Secret values are blanked. */
export function viewFunction(record: FunctionRecord, { version, description }: ShownVersion = WORKING): FunctionMessage {
  const { code, settings, scaling, logs } = record;
  return FunctionMessage.fromPartial({
    func_id: record.funcId,
    resource_id: `${record.funcId}:${record.name}`,
    func_urn: versionUrn(record, version),
    func_name: record.name,
    domain_id: record.domainId,
    namespace: record.projectId,
    project_name: record.region,
    package: record.package,
    runtime: record.runtime,
    timeout: settings.timeoutSeconds,
    handler: settings.handler,
    memory_size: settings.memoryMb,
    cpu: cpuMillicores(settings.memoryMb),
    code_type: code.type,
    code_url: code.url ?? '',
    code_filename: code.filename,
    code_size: code.sizeBytes,
    user_data: settings.userData,
    encrypted_user_data: blanked(record.secrets),
    digest: code.digest,
    version,
    version_description: description,
    image_name: code.imageName,
    xrole: settings.agencies.configuration,
    app_xrole: settings.agencies.execution,
    enable_auth_in_header: settings.agencies.credentialsInHeaders,
    description: settings.description,
    last_modified: record.modifiedAt,
    type: 'v2',
    initializer_handler: settings.initializerHandler ?? '',
    initializer_timeout: settings.initializerTimeoutSeconds,
    pre_stop_handler: settings.preStop?.handler ?? '',
    pre_stop_timeout: settings.preStop?.timeoutSeconds ?? 0,
    enterprise_project_id: settings.enterpriseProjectId,
    strategy_config: { concurrency: scaling.maxInstances, concurrent_num: scaling.instanceConcurrency },
    log_group_id: logs.enabled ? logs.groupId : '',
    log_stream_id: logs.enabled ? logs.streamId : '',
    enable_lts_log: logs.enabled,
    lts_custom_tag: logs.tags,
    ephemeral_storage: settings.ephemeralStorageMb,
    allow_ephemeral_storage: true,
    network_controller: { disable_public_network: !settings.confinement.publicAccess },
    enable_class_isolation: settings.confinement.strongIsolation,
    is_return_stream: settings.streamsResponse ?? false,
    code_encrypt_kms_key_id: code.sealed?.key ?? '',
    user_data_encrypt_kms_key_id: record.environmentSeal?.key ?? '',
    ...dependencyLists(code),
  });
}

/** The code operations' view. `inlineSource` is given for inline code only; other code is downloaded. */
export function viewFunctionCode(record: FunctionRecord, inlineSource: Buffer | undefined, version = LATEST): FunctionCode {
  const { code, scaling } = record;
  return FunctionCode.fromPartial({
    func_urn: versionUrn(record, version),
    func_name: record.name,
    domain_id: record.domainId,
    runtime: record.runtime,
    code_type: code.type,
    code_url: code.url ?? '',
    code_filename: code.filename,
    code_size: code.sizeBytes,
    digest: code.digest,
    last_modified: record.modifiedAt,
    code_encrypt_kms_key_id: code.sealed?.key ?? '',
    stored_digest: code.sealed?.storedDigest ?? '',
    func_code: { file: inlineSource?.toString('base64') ?? '', link: '' },
    strategy_config: { concurrency: scaling.maxInstances, concurrent_num: scaling.instanceConcurrency },
    ...dependencyLists(code),
  });
}

function dependencyLists({ dependencies = [] }: FunctionRecord['code']): Pick<FunctionMessage, 'depend_list' | 'depend_version_list'> {
  return { depend_list: dependencies.map(({ dependId }) => dependId), depend_version_list: dependencies.map(({ id }) => id) };
}

/** The URN with a version, or with "!" and an alias. */
export function versionUrn(record: Pick<FunctionRecord, 'region' | 'projectId' | 'package' | 'name'>, qualifier: string): string {
  return `${functionUrn(record.region, record)}:${qualifier}`;
}

function blanked(secrets: FunctionRecord['secrets']): string {
  const names = Object.keys(secrets);
  return names.length === 0 ? '' : JSON.stringify(Object.fromEntries(names.map((name) => [name, ''])));
}
