import { toJson, type JsonObject, type Message } from '@bufbuild/protobuf';
import type { Operation } from '../operation/index.js';
import { jsonAnswer, type HttpAnswer } from './http-answer.js';

/** A response as the documented JSON: proto names, zero values shown, absent optional fields left out. */
export function responseJson(operation: Operation, response: Message): JsonObject {
  const json = toJson(operation.output, response, { useProtoFieldName: true, alwaysEmitImplicit: true }) as JsonObject;
  for (const { name, jsonName } of operation.output.fields) {
    // A member whose name no field can have ("enterprise-projects") has it as the field's name in JSON.
    if (!jsonName.includes('-') || json[name] === undefined) continue;
    json[jsonName] = json[name];
    delete json[name];
  }
  return json;
}

/** The answer of an operation that succeeded. */
export function successAnswer(operation: Operation, body: JsonObject): HttpAnswer {
  if (operation.successStatus === 204) return { status: 204, headers: {} };
  return jsonAnswer(operation.successStatus, operation.responseBody === '' ? body : body[operation.responseBody]);
}
