import type { FunctionSpec } from '@windlass/contracts/registry/v1/catalog';
import type { HeaderField } from '@windlass/http1';
import type { FunctionCredentials } from '../function-credentials/index.js';
import type { InvocationRequest } from './request.js';

// Only the platform speaks in these names. The gateway removes them too; an app must be able to trust them whoever calls.
// Many frameworks take "_" for "-", so both spellings are the platform's.
const PLATFORM_NAME = /^x[-_](?:cff|windlass)[-_]|^x[-_]apig[-_](?:api[-_]id|request[-_]id|source[-_]ip|source[-_]stage)$/i;
// The expectation is met by us: the app gets the body without having to ask for it.
const NOT_FORWARDED = /^expect$/i;

/** The fields the app receives: the caller's own and those the platform promises. */
export function appHeaders(request: InvocationRequest, spec: FunctionSpec, credentials: FunctionCredentials | undefined): HeaderField[] {
  const fields = request.fields.filter(([name]) => !PLATFORM_NAME.test(name) && !NOT_FORWARDED.test(name));
  if (request.body.framing.kind === 'chunked') fields.push(['Transfer-Encoding', 'chunked']);
  if (request.upgrade !== undefined) fields.push(['Connection', 'Upgrade'], ['Upgrade', request.upgrade]);
  fields.push(
    ['X-CFF-Request-Id', request.requestId],
    ['X-CFF-Memory', String(spec.memory_mb)],
    ['X-CFF-Timeout', String(spec.timeout_seconds)],
    ['X-CFF-Func-Version', spec.version],
    ['X-CFF-Func-Name', spec.func_name],
    ['X-CFF-Project-Id', spec.project_id],
    ['X-CFF-Package', spec.package],
    ['X-CFF-Region', spec.region],
  );
  if (request.version.startsWith('!')) fields.push(['X-Cff-Origin-Version-Tag', request.version]);
  if (credentials !== undefined) {
    fields.push(
      ['X-CFF-Auth-Token', credentials.authToken],
      ['X-CFF-Security-Access-Key', credentials.accessKey],
      ['X-CFF-Security-Secret-Key', credentials.secretKey],
      ['X-CFF-Security-Token', credentials.securityToken],
    );
  }
  const { apiId, sourceIp, stage } = request.ingress;
  if (apiId !== undefined) fields.push(['X-APIG-Api-Id', apiId], ['X-APIG-Request-Id', request.requestId]);
  if (sourceIp !== undefined) fields.push(['X-APIG-Source-Ip', sourceIp]);
  if (stage !== undefined) fields.push(['X-APIG-Source-Stage', stage]);
  return fields;
}
