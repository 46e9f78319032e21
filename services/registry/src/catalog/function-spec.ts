import { AliasRule_Source, FunctionAlias, FunctionSpec, Route } from '@windlass/contracts/registry/v1/catalog';
import { aliasTargets, type AliasRecord } from '../alias/alias.state.js';
import { executionAgency } from '../function/agency-settings.js';
import { cpuMillicores, versionUrn } from '../function/function-view.js';
import type { FunctionOwner } from '../function/function.events.js';
import { initializerPath, preStopPath } from '../function/lifecycle-settings.js';
import type { FunctionRecord } from '../function/function.state.js';
import { targetOf, type TriggerRecord } from '../trigger/trigger.state.js';

/**
 * Seconds an instance may take to open its port when the function does not say. The documented service allows 3, of
 * runtimes it has already warmed; ten let a Java or Next.js server start on a loaded machine.
 */
const DEFAULT_START_SECONDS = 10;

/** What a worker must know of a version, but for its environment: what goes over the bus holds no tenant's values. */
export function functionSpec(record: FunctionRecord, version: string, revision: number): FunctionSpec {
  const { code, settings, scaling, logs } = record;
  return FunctionSpec.fromPartial({
    func_id: record.funcId,
    func_urn: versionUrn(record, version),
    func_name: record.name,
    package: record.package,
    version,
    revision,
    domain_id: record.domainId,
    project_id: record.projectId,
    region: record.region,
    runtime: record.runtime,
    handler: settings.handler,
    memory_mb: settings.memoryMb,
    cpu_millicores: cpuMillicores(settings.memoryMb),
    timeout_seconds: settings.timeoutSeconds,
    start_timeout_seconds: settings.initializerTimeoutSeconds || DEFAULT_START_SECONDS,
    initializer_path: initializerPath(settings),
    pre_stop_path: preStopPath(settings),
    pre_stop_timeout_seconds: settings.preStop?.timeoutSeconds ?? 0,
    ephemeral_storage_mb: settings.ephemeralStorageMb,
    instance_concurrency: scaling.instanceConcurrency,
    max_instances: scaling.maxInstances,
    code_digest: code.digest,
    code_size_bytes: code.sizeBytes,
    log_group_id: logs.enabled ? logs.groupId : '',
    log_stream_id: logs.enabled ? logs.streamId : '',
    log_tags: logs.tags,
    agency_name: executionAgency(settings),
    credentials_in_headers: settings.agencies.credentialsInHeaders,
    public_access: settings.confinement.publicAccess,
    strong_isolation: settings.confinement.strongIsolation,
    streams_response: settings.streamsResponse ?? false,
    code_key_id: code.sealed?.keyId ?? '',
    stored_code_digest: code.sealed?.storedDigest ?? '',
    environment_key_id: record.environmentSeal?.keyId ?? '',
    layers: (code.dependencies ?? []).map(({ digest, sizeBytes }) => ({ digest, size_bytes: sizeBytes })),
  });
}

/** What a worker must know of an alias. */
export function functionAlias({ funcId, domainId }: FunctionOwner, alias: AliasRecord, revision: number): FunctionAlias {
  const { version, additional } = aliasTargets(alias);
  const common = { func_id: funcId, domain_id: domainId, name: alias.name, revision, version };
  if (additional === undefined) return FunctionAlias.fromPartial(common);
  const { share } = additional;
  if (share.kind === 'weight') return FunctionAlias.fromPartial({ ...common, additional_version: additional.version, weight: share.percent });
  const rules = share.rules.map(({ source, name, values }) => ({
    source: source === 'header' ? AliasRule_Source.HEADER : AliasRule_Source.COOKIE,
    name,
    values: [...values],
  }));
  return FunctionAlias.fromPartial({ ...common, additional_version: additional.version, rules, any_rule: share.match === 'any' });
}

/** What a gateway must know of a trigger. */
export function triggerRoute(record: TriggerRecord, revision: number): Route {
  const { route } = record;
  return Route.fromPartial({
    route_id: record.apiId,
    group_id: route.groupId,
    domain_id: record.domainId,
    project_id: record.projectId,
    path: route.path,
    match_mode: route.matchMode,
    method: route.method,
    auth: route.auth,
    timeout_ms: route.timeoutMs,
    func_id: record.funcId,
    func_urn: record.funcUrn,
    func_version: targetOf(record),
    revision,
    disabled: record.status === 'DISABLED',
  });
}
