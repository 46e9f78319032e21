import { WindlassError, type ErrorKind } from '@windlass/errors';
import type { Operation } from '../operation/index.js';

/** Failures the edge itself finds, before a service is asked. */
type EdgeFailure = 'malformed' | 'forbidden' | 'foreign_project' | 'foreign_domain' | 'too_large' | 'throttled';

const KIND: Record<EdgeFailure, ErrorKind> = {
  malformed: 'invalid',
  forbidden: 'forbidden',
  foreign_project: 'forbidden',
  foreign_domain: 'forbidden',
  too_large: 'too_large',
  throttled: 'throttled',
};

// FunctionGraph's generic codes repeat the HTTP status; services that number otherwise are listed.
const GENERIC: Record<EdgeFailure, string> = { malformed: '0400', forbidden: '0403', foreign_project: '0403', foreign_domain: '0403', too_large: '0413', throttled: '0429' };
const DOCUMENTED: Readonly<Record<string, Partial<Record<EdgeFailure, string>>>> = {
  LTS: { malformed: '0009', forbidden: '0003', foreign_project: '0011', too_large: '0009' },
  KMS: { malformed: '0202', forbidden: '0307', foreign_project: '0306', too_large: '0203' },
  IAM: { malformed: '0011', forbidden: '0003', foreign_project: '0002', foreign_domain: '0002', too_large: '0011', throttled: '0012' },
  EPS: { forbidden: '0004', foreign_project: '0004', foreign_domain: '0004' },
};

/** An error of the edge under the documented number of the operation's service. */
export function edgeError(operation: Operation, failure: EdgeFailure, reason: string, message: string): WindlassError {
  const number = DOCUMENTED[operation.errorPrefix]?.[failure] ?? GENERIC[failure];
  return new WindlassError({ kind: KIND[failure], reason, code: `${operation.errorPrefix}.${number}`, message });
}

/** No usable credential, in the words of the gateway that guards the real service. */
export function unauthenticated(reason: string): WindlassError {
  return new WindlassError({
    kind: 'unauthenticated',
    reason: 'CREDENTIAL_REFUSED',
    code: 'APIGW.0301',
    message: `Incorrect IAM authentication information: ${reason}`,
  });
}

export function unknownApi(method: string, path: string): WindlassError {
  return new WindlassError({
    kind: 'not_found',
    reason: 'API_NOT_FOUND',
    code: 'APIGW.0101',
    message: `The API does not exist: no operation answers ${method} ${path}.`,
  });
}
