import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { FunctionRequest } from '@windlass/function-exchange';
import { flat, serializeFields } from '@windlass/http1';
import type { FunctionCredentials } from '../function-credentials/index.js';

/** What the platform says to every request of one revision of a function, as lines. A revision never changes. */
const linesOfSpecs = new WeakMap<FunctionSpec, string>();
/** Those of credentials, until they are renewed. */
const linesOfCredentials = new WeakMap<FunctionCredentials, string>();

/** The head of a request around its id, for one revision of its function and one set of credentials. */
class HeadOfApp {
  constructor(
    readonly spec: FunctionSpec,
    readonly credentials: FunctionCredentials | undefined,
    private readonly before: string,
    private readonly between: string,
    /** Undefined where the id is said once. */
    private readonly after: string | undefined,
  ) {}

  of(requestId: string): string {
    return this.after === undefined ? this.before + requestId + this.between : this.before + requestId + this.between + requestId + this.after;
  }
}

/** The head of the request as the app receives it: the caller's own fields and those the platform promises. */
export function appHead(request: FunctionRequest, spec: FunctionSpec, credentials: FunctionCredentials | undefined): string {
  const { memo } = request;
  if (memo === undefined) return headOf(request, spec, credentials, (text) => text).of(request.requestId);
  let head = memo.made;
  if (!(head instanceof HeadOfApp) || head.spec !== spec || head.credentials !== credentials) {
    head = headOf(request, spec, credentials, flat);
    memo.made = head;
  }
  return (head as HeadOfApp).of(request.requestId);
}

function headOf(request: FunctionRequest, spec: FunctionSpec, credentials: FunctionCredentials | undefined, keep: (text: string) => string): HeadOfApp {
  const { method, target, fieldLines, version, apiId, sourceIp, stage, upgrade } = request;
  let before = `${method} ${target} HTTP/1.1\r\n${fieldLines}`;
  if (request.body.framing.kind === 'chunked') before += 'Transfer-Encoding: chunked\r\n';
  if (upgrade !== undefined) before += `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  before += 'X-CFF-Request-Id: ';
  let between = `\r\n${linesOf(spec)}`;
  if (version.startsWith('!')) between += `X-Cff-Origin-Version-Tag: ${version}\r\n`;
  if (credentials !== undefined) between += credentialLines(credentials);
  const end = `${sourceIp === undefined ? '' : `X-APIG-Source-Ip: ${sourceIp}\r\n`}${stage === undefined ? '' : `X-APIG-Source-Stage: ${stage}\r\n`}\r\n`;
  if (apiId === undefined) return new HeadOfApp(spec, credentials, keep(before), keep(between + end), undefined);
  return new HeadOfApp(spec, credentials, keep(before), keep(`${between}X-APIG-Api-Id: ${apiId}\r\nX-APIG-Request-Id: `), keep(`\r\n${end}`));
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
