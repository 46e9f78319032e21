import { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';

/** A function with everything set; `changes` says what a test is about. */
export function exampleSpec(changes: Partial<FunctionSpec> = {}): FunctionSpec {
  return FunctionSpec.fromPartial({
    func_id: 'f1',
    func_urn: 'urn:fss:local-1:p1:function:default:hello:latest',
    func_name: 'hello',
    package: 'default',
    version: 'latest',
    revision: 1,
    domain_id: 'd1',
    project_id: 'p1',
    region: 'local-1',
    runtime: 'http',
    handler: '-',
    memory_mb: 128,
    cpu_millicores: 300,
    timeout_seconds: 30,
    start_timeout_seconds: 10,
    ephemeral_storage_mb: 64,
    instance_concurrency: 1,
    max_instances: -1,
    environment: {},
    code_digest: '',
    user_data: '{}',
    ...changes,
  });
}
