import { fieldLine, type RequestHead } from '@windlass/http1';
import type { FunctionRequest } from '../function-request.js';

/** What travels beside a request when it goes over a socket: x-windlass-*, which no client can set. */
export type WireFields = Pick<FunctionRequest, 'functionId' | 'version' | 'revision' | 'requestId' | 'timeoutMs' | 'sourceIp' | 'apiId' | 'stage'>;

const PREFIX = 'x-windlass-';

export function wireLines(request: WireFields): string {
  let text =
    fieldLine(`${PREFIX}func-id`, request.functionId) +
    fieldLine(`${PREFIX}func-version`, request.version) +
    fieldLine(`${PREFIX}revision`, String(request.revision)) +
    fieldLine(`${PREFIX}request-id`, request.requestId) +
    fieldLine(`${PREFIX}timeout-ms`, String(request.timeoutMs));
  if (request.sourceIp !== undefined) text += fieldLine(`${PREFIX}source-ip`, request.sourceIp);
  if (request.apiId !== undefined) text += fieldLine(`${PREFIX}api-id`, request.apiId);
  if (request.stage !== undefined) text += fieldLine(`${PREFIX}stage`, request.stage);
  return text;
}

/** Reads them again. Returns the name of the first one that is missing or no number. */
export function readWireFields({ headers }: RequestHead): WireFields | { readonly missing: string } {
  const get = (name: string): string | undefined => headers.get(PREFIX + name);
  const functionId = get('func-id');
  const version = get('func-version');
  const requestId = get('request-id');
  const revision = wholeNumber(get('revision') ?? '0');
  const timeoutMs = wholeNumber(get('timeout-ms') ?? '0');
  if (functionId === undefined) return { missing: `${PREFIX}func-id` };
  if (version === undefined) return { missing: `${PREFIX}func-version` };
  if (requestId === undefined) return { missing: `${PREFIX}request-id` };
  if (revision === undefined) return { missing: `${PREFIX}revision` };
  if (timeoutMs === undefined) return { missing: `${PREFIX}timeout-ms` };
  return { functionId, version, revision, requestId, timeoutMs, sourceIp: get('source-ip'), apiId: get('api-id'), stage: get('stage') };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
