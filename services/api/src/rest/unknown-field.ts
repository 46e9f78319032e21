import type { DescMessage, JsonValue } from '@bufbuild/protobuf';
import { isJsonObject } from './parse-json.js';

/** Path of the first name in a JSON object that is no field of the message: "quotas", "user.nickname". */
export function findUnknownField(message: DescMessage, json: JsonValue): string | undefined {
  if (!isJsonObject(json)) return undefined;
  for (const [key, value] of Object.entries(json)) {
    const field = message.fields.find((candidate) => candidate.name === key || candidate.jsonName === key);
    if (field === undefined) return key;
    // Messages of Google's stand for any JSON: their fields are not the client's.
    if (field.message === undefined || field.message.typeName.startsWith('google.protobuf.')) continue;
    const items = field.fieldKind === 'list' && Array.isArray(value) ? value.map((item, index) => [`${key}[${index}]`, item] as const) : [[key, value] as const];
    for (const [path, item] of items) {
      const inner = field.fieldKind === 'map' ? undefined : findUnknownField(field.message, item);
      if (inner !== undefined) return `${path}.${inner}`;
    }
  }
  return undefined;
}
