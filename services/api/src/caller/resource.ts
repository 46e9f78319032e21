import type { Message } from '@bufbuild/protobuf';
import { fillTemplate, type Operation } from '../operation/index.js';

const FUNCTION = '{function_urn}';
const KEY_OF_CIPHERTEXT = 'KeyId:{cipher_text}';

/** What an operation is done to, as `type:path`: the template of its option over the fields of the request. */
export function resourceOf(operation: Operation, request: Message): string {
  const valueOf = (field: string): string => textOf(operation, request, field);
  if (operation.resource === FUNCTION) return `function:${functionPath(valueOf('function_urn'))}`;
  if (operation.resource === KEY_OF_CIPHERTEXT) return `KeyId:${keyOfCiphertext(valueOf('cipher_text'))}`;
  return fillTemplate(operation.resource, valueOf);
}

/**
 * Id of the key that a ciphertext in base64 names, in the layout of kms/v1/data_encryption_service.proto; empty when it names none.
 * Its service opens it with that key and no other.
 */
export function keyOfCiphertext(text: string): string {
  return Buffer.from(text.slice(0, 24), 'base64').toString('hex', 1, 17).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * `package/name` of a function URN in any of the documented forms: `name`, `package:name`, then with the project before
 * it and a version after it, then the whole URN. What is none of these is left as it is; its service refuses it.
 */
export function functionPath(urn: string): string {
  const parts = urn.split(':');
  switch (parts.length) {
    case 1:
      return `default/${urn}`;
    case 2:
      return parts.join('/');
    case 3:
    case 4:
      return parts.slice(1, 3).join('/');
    case 7:
    case 8:
      return parts.slice(5, 7).join('/');
    default:
      return urn;
  }
}

/** A field of the request as text; empty when it is not set or not there. */
export function textOf(operation: Operation, request: Message, name: string): string {
  const field = operation.input.fields.find((candidate) => candidate.name === name);
  const value = field && (request as unknown as Record<string, unknown>)[field.localName];
  return value === undefined ? '' : String(value);
}
