import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { FunctionRequest } from '@windlass/function-exchange';
import { fieldLine, requestLine } from '@windlass/http1';
import type { FunctionCredentials } from '../function-credentials/index.js';

/** What the platform says to every request of one revision of a function, as lines. A revision never changes. */
const linesOfSpecs = new WeakMap<FunctionSpec, string>();

/** The head of the request as the app receives it: the caller's own fields and those the platform promises. */
export function appHead(request: FunctionRequest, spec: FunctionSpec, credentials: FunctionCredentials | undefined): string {
  const { requestId, apiId, sourceIp, stage, upgrade } = request;
  let text = requestLine(request.method, request.target) + request.fieldLines;
  if (request.body.framing.kind === 'chunked') text += 'Transfer-Encoding: chunked\r\n';
  if (upgrade !== undefined) text += `Connection: Upgrade\r\n${fieldLine('Upgrade', upgrade)}`;
  text += fieldLine('X-CFF-Request-Id', requestId) + linesOf(spec);
  if (request.version.startsWith('!')) text += fieldLine('X-Cff-Origin-Version-Tag', request.version);
  if (credentials !== undefined) text += credentialLines(credentials);
  if (apiId !== undefined) text += fieldLine('X-APIG-Api-Id', apiId) + fieldLine('X-APIG-Request-Id', requestId);
  if (sourceIp !== undefined) text += fieldLine('X-APIG-Source-Ip', sourceIp);
  if (stage !== undefined) text += fieldLine('X-APIG-Source-Stage', stage);
  return `${text}\r\n`;
}

function linesOf(spec: FunctionSpec): string {
  const known = linesOfSpecs.get(spec);
  if (known !== undefined) return known;
  const lines =
    fieldLine('X-CFF-Memory', String(spec.memory_mb)) +
    fieldLine('X-CFF-Timeout', String(spec.timeout_seconds)) +
    fieldLine('X-CFF-Func-Version', spec.version) +
    fieldLine('X-CFF-Func-Name', spec.func_name) +
    fieldLine('X-CFF-Project-Id', spec.project_id) +
    fieldLine('X-CFF-Package', spec.package) +
    fieldLine('X-CFF-Region', spec.region);
  linesOfSpecs.set(spec, lines);
  return lines;
}

function credentialLines(credentials: FunctionCredentials): string {
  return (
    fieldLine('X-CFF-Auth-Token', credentials.authToken) +
    fieldLine('X-CFF-Security-Access-Key', credentials.accessKey) +
    fieldLine('X-CFF-Security-Secret-Key', credentials.secretKey) +
    fieldLine('X-CFF-Security-Token', credentials.securityToken)
  );
}
