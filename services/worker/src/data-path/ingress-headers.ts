import { endToEndFields, type HeaderField, type RequestHead } from '@windlass/http1';

/** What the gateway tells about a request beside the request itself. */
export interface Ingress {
  readonly functionId: string;
  readonly version: string;
  readonly revision: number;
  readonly requestId: string;
  readonly timeoutMs: number;
  readonly sourceIp: string | undefined;
  readonly apiId: string | undefined;
  readonly stage: string | undefined;
}

const PREFIX = 'x-windlass-';

/** Reads the x-windlass-* fields. Returns the name of the first one that is missing or no number. */
export function readIngress({ headers }: RequestHead): Ingress | { readonly missing: string } {
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

/** The fields that travel on to the app. */
export function forwardedFields({ headers }: RequestHead): HeaderField[] {
  return endToEndFields(headers).filter(([name]) => !name.toLowerCase().startsWith(PREFIX));
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
