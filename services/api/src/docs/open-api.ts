import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import type { ErrorFamily, Operation } from '../operation/index.js';

type Schema = Record<string, unknown>;

/** The OpenAPI 3.1 description of all operations, made from the same descriptors that serve them. */
export class OpenApiDocument {
  readonly content: Schema;

  constructor(operations: readonly Operation[], publicUrl: string) {
    const schemas = new Map<string, Schema>();
    const paths: Record<string, Record<string, Schema>> = {};
    for (const operation of operations) {
      (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation, schemas);
    }
    this.content = {
      openapi: '3.1.0',
      info: { title: 'Windlass', version: '0.1.0', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      servers: [{ url: publicUrl }],
      paths,
      components: { schemas: { ...Object.fromEntries(schemas), ...ERROR_SCHEMAS }, securitySchemes: SECURITY },
    };
  }
}

const SECURITY = {
  token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
  signature: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'SDK-HMAC-SHA256 signature with an access key' },
};

const text = { type: 'string' };
const object = (properties: Schema): Schema => ({ type: 'object', properties });
const flatError = object({ error_code: text, error_msg: text });
const ERROR_SCHEMAS: Record<string, Schema> = {
  'error.flat': flatError,
  'error.wrapped': object({ error: flatError }),
  'error.keystone': object({ error: object({ code: { type: 'integer' }, message: text, title: text }) }),
} satisfies Record<`error.${ErrorFamily}`, Schema>;

function describe(operation: Operation, schemas: Map<string, Schema>): Schema {
  const bound = new Set(operation.segments.flatMap((segment) => (segment.kind === 'variable' ? [segment.name] : [])));
  const query = operation.body === '*' ? [] : operation.input.fields.filter((field) => !bound.has(field.name) && field.name !== operation.body);
  return {
    operationId: operation.name,
    summary: operation.summary,
    tags: [operation.service],
    parameters: [
      ...[...bound].map((name) => ({ name, in: 'path', required: true, schema: text })),
      ...query.map((field) => ({ name: field.name, in: 'query', schema: fieldSchema(field, schemas) })),
    ],
    ...requestBody(operation, bound, schemas),
    responses: {
      [operation.successStatus]: { description: 'Success', ...success(operation, schemas) },
      default: { description: 'Failure', ...content(reference(`error.${operation.errors}`)) },
    },
    security: operation.access === 'anonymous' ? [] : [{ token: [] }, { signature: [] }],
  };
}

function requestBody(operation: Operation, bound: ReadonlySet<string>, schemas: Map<string, Schema>): Schema {
  if (operation.body === '') return {};
  const inBody = operation.input.fields.filter((field) => (operation.body === '*' ? !bound.has(field.name) : field.name === operation.body));
  const properties = Object.fromEntries(inBody.map((field) => [field.name, fieldSchema(field, schemas)]));
  return { requestBody: content(operation.body === '*' ? object(properties) : properties[operation.body] as Schema) };
}

function responseSchema(operation: Operation, schemas: Map<string, Schema>): Schema {
  const field = operation.output.fields.find((candidate) => candidate.name === operation.responseBody);
  return field === undefined ? messageSchema(operation.output, schemas) : fieldSchema(field, schemas);
}

function success(operation: Operation, schemas: Map<string, Schema>): Schema {
  if (operation.successStatus === 204) return {};
  // Events have names and ids beside their data, which no schema tells.
  if (operation.streaming) return { content: { 'text/event-stream': { schema: text } } };
  if (operation.adapter === 'exported-function') return { content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } } };
  return content(responseSchema(operation, schemas));
}

function content(schema: Schema | undefined): Schema {
  return schema === undefined ? {} : { content: { 'application/json': { schema } } };
}

function messageSchema(message: DescMessage, schemas: Map<string, Schema>): Schema {
  if (message.typeName === 'google.protobuf.Value') return {};
  if (message.typeName === 'google.protobuf.Struct') return { type: 'object' };
  if (!schemas.has(message.typeName)) {
    // Entered before its fields, so that a message may hold itself.
    const properties: Schema = {};
    schemas.set(message.typeName, object(properties));
    for (const field of message.fields) properties[field.name] = fieldSchema(field, schemas);
  }
  return reference(message.typeName);
}

function fieldSchema(field: DescField, schemas: Map<string, Schema>): Schema {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarSchema(field.scalar);
    case 'message':
      return messageSchema(field.message, schemas);
    case 'enum':
      return { type: 'string', enum: field.enum.values.map((value) => value.name) };
    case 'list':
      return { type: 'array', items: elementSchema(field, schemas) };
    case 'map':
      return { type: 'object', additionalProperties: elementSchema(field, schemas) };
  }
}

function elementSchema(field: DescField & { fieldKind: 'list' | 'map' }, schemas: Map<string, Schema>): Schema {
  if (field.message !== undefined) return messageSchema(field.message, schemas);
  return field.scalar === undefined ? text : scalarSchema(field.scalar);
}

function scalarSchema(scalar: ScalarType): Schema {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return text;
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: 'number' };
    default:
      return { type: 'integer' };
  }
}

function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
