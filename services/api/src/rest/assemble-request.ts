import { fromJson, type DescField, type JsonObject, type JsonValue, type Message, ScalarType } from '@bufbuild/protobuf';
import { edgeError } from '../error/index.js';
import type { Operation } from '../operation/index.js';
import { isJsonObject, MOST_FORWARDED_LEVELS, MOST_LEVELS, parseJson } from './parse-json.js';
import { findUnknownField } from './unknown-field.js';
import { findWrongField } from './wrong-field.js';

/** Operations that no other service has. */
const OWN_API = '/windlass/';

/** The parts of an HTTP request that become fields of the operation's request message. */
export interface RequestParts {
  readonly variables: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

/**
 * The request message of an operation. The path binds most tightly, then the body, then the query (which is not read
 * where the body is the whole request). Null means absent. Unknown names are ignored where official clients speak, since
 * they send more than is documented; our own API has no such clients, and a mistyped name there is told. Fails as
 * "invalid" naming the field that does not fit.
 */
export function assembleRequest(operation: Operation, parts: RequestParts): Message {
  const json: JsonObject = { ...fromQuery(operation, parts.query), ...fromBody(operation, parts.body), ...parts.variables };
  const unknown = operation.path.startsWith(OWN_API) ? findUnknownField(operation.input, json) : undefined;
  if (unknown !== undefined) throw malformed(operation, `"${unknown}" is no field of this operation`);
  try {
    return fromJson(operation.input, json, { ignoreUnknownFields: true });
  } catch {
    const wrong = findWrongField(operation.input, json);
    throw malformed(operation, wrong.path === '' ? `the request must be ${wrong.expected}` : `"${wrong.path}" must be ${wrong.expected}`);
  }
}

function fromBody(operation: Operation, bytes: Uint8Array): JsonObject {
  if (operation.body === '') return {};
  // An event goes to a function as it came; everything else goes to a service as a message.
  const parsed = parseJson(bytes, operation.adapter === 'invocation' ? MOST_LEVELS : MOST_FORWARDED_LEVELS);
  if (!parsed.ok) throw malformed(operation, parsed.problem);
  if (parsed.value === undefined) return {};
  if (operation.body !== '*') return { [operation.body]: parsed.value };
  if (!isJsonObject(parsed.value)) throw malformed(operation, 'the body must be a JSON object');
  // The path names these; the same thing under its other JSON spelling would name it twice.
  return without(parsed.value, pathAliases(operation));
}

function fromQuery(operation: Operation, query: URLSearchParams): JsonObject {
  if (operation.body === '*') return {};
  const json: JsonObject = {};
  for (const field of operation.input.fields) {
    // A parameter whose name no field can have ("scope.project_id") is the field's name in JSON.
    const values = [...new Set([field.name, field.jsonName])].flatMap((name) => query.getAll(name));
    const value = field.fieldKind === 'list' ? values.map((text) => scalarOf(field, text)) : scalarOf(field, values.at(-1));
    if (values.length > 0 && value !== undefined && isQueryable(field)) json[field.name] = value as JsonValue;
  }
  return json;
}

function isQueryable(field: DescField): boolean {
  return field.fieldKind === 'scalar' || (field.fieldKind === 'list' && field.listKind === 'scalar');
}

function scalarOf(field: DescField, text: string | undefined): JsonValue | undefined {
  if (text === undefined || field.scalar === ScalarType.STRING) return text;
  if (text === '') return undefined;
  if (field.scalar === ScalarType.BOOL && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function pathAliases(operation: Operation): ReadonlySet<string> {
  const bound = new Set(operation.segments.flatMap((segment) => (segment.kind === 'variable' ? [segment.name] : [])));
  return new Set(operation.input.fields.filter((field) => bound.has(field.name)).flatMap((field) => [field.name, field.jsonName]));
}

function without(json: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(json).filter(([key]) => !keys.has(key)));
}

function malformed(operation: Operation, problem: string): Error {
  return edgeError(operation, 'malformed', 'REQUEST_MALFORMED', `The request is malformed: ${problem}.`);
}
