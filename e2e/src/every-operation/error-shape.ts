import type { JsonValue } from '@bufbuild/protobuf';
import { ErrorFamily } from '@windlass/contracts/options/v1/operation';
import { isObject, type Answer } from './public-calls.js';
import type { PublicOperation } from './public-operations.js';

// Words of a stack trace, a database or a path of the machine: what happened inside is for the platform's own log.
const INSIDE = /\bat .+\.(ts|js|mjs):\d+|node_modules|QueryFailedError|TypeError|RangeError|ECONN|relation "|duplicate key value|invalid input syntax|invalid byte sequence|\/dist\//;

// What leads to no operation, and what is no request at all.
const UNROUTED = ['APIGW.0101', 'APIGW.0201'];

/** What is wrong with a REST refusal: nothing, when it is a 4xx in the shape of the operation's API and says nothing of the inside. */
export function problemOfRefusal(operation: Pick<PublicOperation, 'errors' | 'method'>, answer: Answer): string | undefined {
  if (answer.status < 400 || answer.status > 499) return `status ${answer.status}`;
  if (INSIDE.test(answer.text)) return 'it tells of the inside';
  if (operation.method === 'HEAD') return undefined;
  if (!hasShape(operation.errors, answer.body, answer.status)) return `it has not the shape of ${ErrorFamily[operation.errors]}`;
  if (answer.message === '') return 'it has no message';
  return undefined;
}

function hasShape(family: ErrorFamily, body: JsonValue | undefined, status: number): boolean {
  if (!isObject(body)) return false;
  // The gateway that guards the services speaks for itself: except to clients of Keystone, once it knows that they are some.
  const fromGateway = isFlat(body) ? String(body['error_code']) : '';
  if (family === ErrorFamily.KEYSTONE ? UNROUTED.includes(fromGateway) : fromGateway.startsWith('APIGW.')) return typeof body['request_id'] === 'string';
  switch (family) {
    case ErrorFamily.FLAT:
      return isFlat(body);
    case ErrorFamily.WRAPPED:
      return isFlat(body['error']);
    case ErrorFamily.KEYSTONE:
      return isObject(body['error']) && body['error']['code'] === status && typeof body['error']['title'] === 'string';
    default:
      return false;
  }
}

function isFlat(value: JsonValue | undefined): boolean {
  return isObject(value) && typeof value['error_code'] === 'string' && value['error_code'] !== '' && typeof value['error_msg'] === 'string';
}
