import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import { MAX_BODY_BYTES } from '@windlass/function-exchange';

const RESERVED = /^RUNTIME_/;
// What execve can take: a name without "=" and neither with NUL.
const USABLE_NAME = /^[^=\0]+$/;

/**
 * The whole environment of the function's process: the documented RUNTIME_* variables, what a program expects of any
 * Linux, and the tenant's own variables. A tenant's variable never replaces a RUNTIME_* one.
 */
export function instanceEnvironment(spec: FunctionSpec, path: string, maxStreamedBytes: number): Record<string, string> {
  const own = Object.entries(spec.environment).filter(
    ([name, value]) => USABLE_NAME.test(name) && !RESERVED.test(name) && !value.includes('\0'),
  );
  return {
    PATH: path,
    // The only folder a function may write to.
    HOME: '/tmp',
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    ...Object.fromEntries(own),
    RUNTIME_PROJECT_ID: spec.project_id,
    RUNTIME_FUNC_NAME: spec.func_name,
    RUNTIME_FUNC_VERSION: spec.version,
    RUNTIME_PACKAGE: spec.package,
    RUNTIME_HANDLER: spec.handler,
    RUNTIME_TIMEOUT: String(spec.timeout_seconds),
    RUNTIME_USERDATA: spec.user_data === '' ? '{}' : spec.user_data,
    RUNTIME_CPU: String(spec.cpu_millicores),
    RUNTIME_MEMORY: String(spec.memory_mb),
    RUNTIME_MAX_RESP_BODY_SIZE: String(spec.streams_response ? maxStreamedBytes : MAX_BODY_BYTES),
    RUNTIME_ROOT: '/home/snuser/runtime',
    RUNTIME_CODE_ROOT: '/opt/function/code',
    RUNTIME_LOG_DIR: '/home/snuser/log',
  };
}
