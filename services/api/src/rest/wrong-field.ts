import { fromJson, ScalarType, type DescField, type DescMessage, type JsonValue } from '@bufbuild/protobuf';
import { isJsonObject } from './parse-json.js';

export interface WrongField {
  /** Path of the field as the client wrote it: "func_code.file", "users[2].name". */
  readonly path: string;
  /** What it must be. Never what it was: the value may be a secret. */
  readonly expected: string;
}

/** The first field of a JSON object that a message cannot take. Asked only after the whole was refused. */
export function findWrongField(message: DescMessage, json: JsonValue): WrongField {
  if (!isJsonObject(json)) return { path: '', expected: 'a JSON object' };
  for (const [key, value] of Object.entries(json)) {
    const field = message.fields.find((candidate) => candidate.name === key || candidate.jsonName === key);
    if (field === undefined || fits(message, { [key]: value })) continue;
    return within(field, key, value);
  }
  return { path: '', expected: 'an object that names every field once' };
}

function within(field: DescField, key: string, value: JsonValue): WrongField {
  if (field.message !== undefined && !field.message.typeName.startsWith('google.protobuf.')) {
    if (field.fieldKind === 'message' && isJsonObject(value)) return prefixed(`${key}.`, findWrongField(field.message, value));
    if (field.fieldKind === 'list' && Array.isArray(value)) {
      const message = field.message;
      const index = value.findIndex((item) => !fits(message, item));
      if (index >= 0) return prefixed(`${key}[${index}].`, findWrongField(message, value[index] as JsonValue));
    }
  }
  return { path: key, expected: expectation(field) };
}

function prefixed(prefix: string, inner: WrongField): WrongField {
  return { path: (prefix + inner.path).replace(/\.$/, ''), expected: inner.expected };
}

function fits(message: DescMessage, json: JsonValue): boolean {
  try {
    fromJson(message, json, { ignoreUnknownFields: true });
    return true;
  } catch {
    return false;
  }
}

function expectation(field: DescField): string {
  switch (field.fieldKind) {
    case 'scalar':
      return scalarName(field.scalar);
    case 'list':
      return field.listKind === 'scalar' ? `a list, each item ${scalarName(field.scalar)}` : 'a list of objects';
    case 'map':
      return field.mapKind === 'scalar' ? `an object, each value ${scalarName(field.scalar)}` : 'an object of objects';
    case 'message':
      return 'an object';
    case 'enum':
      return 'one of the documented names';
  }
}

function scalarName(scalar: ScalarType): string {
  switch (scalar) {
    case ScalarType.STRING:
      return 'a string';
    case ScalarType.BOOL:
      return 'true or false';
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return 'a whole number from 0 to 4294967295';
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return 'a whole number from -2147483648 to 2147483647';
    case ScalarType.BYTES:
      return 'Base64 text';
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return 'a number';
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return 'a whole number of 64 bits';
  }
}
