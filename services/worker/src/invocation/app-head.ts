import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { FunctionRequest } from '@windlass/function-exchange';
import { serializeFields } from '@windlass/http1';
import type { FunctionCredentials } from '../function-credentials/index.js';

/** What the platform says to every request of one revision of a function, as lines. A revision never changes. */
const linesOfSpecs = new WeakMap<FunctionSpec, string>();
/** Those of credentials, until they are renewed. */
const linesOfCredentials = new WeakMap<FunctionCredentials, string>();

/** The head of the request as the app receives it: the caller's own fields and those the platform promises. */
export function appHead(request: FunctionRequest, spec: FunctionSpec, credentials: FunctionCredentials | undefined): string {
  const { method, target, fieldLines, requestId, version, apiId, sourceIp, stage, upgrade } = request;
  let text = `${method} ${target} HTTP/1.1\r\n${fieldLines}`;
  if (request.body.framing.kind === 'chunked') text += 'Transfer-Encoding: chunked\r\n';
  if (upgrade !== undefined) text += `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  text += `X-CFF-Request-Id: ${requestId}\r\n${linesOf(spec)}`;
  if (version.startsWith('!')) text += `X-Cff-Origin-Version-Tag: ${version}\r\n`;
  if (credentials !== undefined) text += credentialLines(credentials);
  if (apiId !== undefined) text += `X-APIG-Api-Id: ${apiId}\r\nX-APIG-Request-Id: ${requestId}\r\n`;
  if (sourceIp !== undefined) text += `X-APIG-Source-Ip: ${sourceIp}\r\n`;
  if (stage !== undefined) text += `X-APIG-Source-Stage: ${stage}\r\n`;
  return `${text}\r\n`;
}

function linesOf(spec: FunctionSpec): string {
  const known = linesOfSpecs.get(spec);
  if (known !== undefined) return known;
  const lines = serializeFields([
    ['X-CFF-Memory', String(spec.memory_mb)],
    ['X-CFF-Timeout', String(spec.timeout_seconds)],
    ['X-CFF-Func-Version', spec.version],
    ['X-CFF-Func-Name', spec.func_name],
    ['X-CFF-Project-Id', spec.project_id],
    ['X-CFF-Package', spec.package],
    ['X-CFF-Region', spec.region],
  ]);
  linesOfSpecs.set(spec, lines);
  return lines;
}

function credentialLines(credentials: FunctionCredentials): string {
  const known = linesOfCredentials.get(credentials);
  if (known !== undefined) return known;
  const lines = serializeFields([
    ['X-CFF-Auth-Token', credentials.authToken],
    ['X-CFF-Security-Access-Key', credentials.accessKey],
    ['X-CFF-Security-Secret-Key', credentials.secretKey],
    ['X-CFF-Security-Token', credentials.securityToken],
  ]);
  linesOfCredentials.set(credentials, lines);
  return lines;
}
