import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { invalidEvent, members } from './event-members.js';

export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

// Framing belongs to the connection that really carries the request, which is the worker's.
const CONNECTION_FIELDS = new Set(
  'connection content-length expect keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade'.split(' '),
);
// The platform alone says these.
const PLATFORM_PREFIXES = ['x-cff-', 'x-windlass-', 'x-apig-'];
const MAX_FIELDS = 100;
const MAX_BYTES = 64 * 1024;

const TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
// Visible Latin-1, space and tab: what a field value may hold (RFC 9110, section 5.5).
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const CONTEXT_FIELDS = { apiId: 'x-apig-api-id', requestId: 'x-apig-request-id', sourceIp: 'x-apig-source-ip', stage: 'x-apig-source-stage' } as const;

/** The header fields of an event's request: its own, cleared of framing and platform names, and those of its context. */
export function headerFields(event: JsonObject, hasBody: boolean): readonly HeaderField[] {
  const fields = [...ownFields(event['headers']), ...contextFields(event['requestContext'])];
  if (hasBody && !fields.some((field) => field.name.toLowerCase() === 'content-type')) {
    fields.push({ name: 'content-type', value: 'application/json' });
  }
  if (fields.length > MAX_FIELDS) throw invalidEvent('headers', `at most ${MAX_FIELDS} fields`);
  const bytes = fields.reduce((sum, field) => sum + field.name.length + field.value.length, 0);
  if (bytes > MAX_BYTES) throw invalidEvent('headers', `at most ${MAX_BYTES} bytes in all`);
  return fields;
}

function ownFields(headers: JsonValue | undefined): HeaderField[] {
  const fields: HeaderField[] = [];
  for (const [name, value] of members(headers, 'headers')) {
    if (!TOKEN.test(name)) throw invalidEvent('headers', 'an object whose keys are HTTP field names');
    const lower = name.toLowerCase();
    if (CONNECTION_FIELDS.has(lower) || PLATFORM_PREFIXES.some((prefix) => lower.startsWith(prefix))) continue;
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === null) continue;
      if (typeof item === 'object' || !VALUE.test(String(item))) throw invalidEvent(`headers.${name}`, 'text of one line, or a list of such texts');
      fields.push({ name, value: String(item) });
    }
  }
  return fields;
}

function contextFields(context: JsonValue | undefined): HeaderField[] {
  const values = Object.fromEntries(members(context, 'requestContext'));
  return Object.entries(CONTEXT_FIELDS).flatMap(([member, name]) => {
    const value = values[member];
    return typeof value === 'string' && value !== '' && VALUE.test(value) ? [{ name, value }] : [];
  });
}
