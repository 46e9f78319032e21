import type { Metadata } from '@grpc/grpc-js';
import { ErrorInfo } from '@windlass/contracts/google/rpc/error_details';
import { Status } from '@windlass/contracts/google/rpc/status';
import { WindlassError } from '@windlass/errors';
import { toServiceError } from '@windlass/grpc';
import { fullCode, publicError } from '../error/index.js';

const STANDARD_DETAIL = 'grpc-status-details-bin';
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const DOMAIN = 'windlass';

/**
 * A failure as any gRPC client can read it: the status, and beside our own detail the standard one, an ErrorInfo with the
 * stable reason, the documented code and the kind. `prefix` is that of the service's codes, empty for the gateway's.
 */
export function errorStatus(failure: unknown, prefix: string): { code: number; details: string; metadata: Metadata } {
  const { kind, reason, code, message } = publicError(failure);
  const error = new WindlassError({ kind, reason, code: fullCode(code, prefix), message });
  const status = toServiceError(error);
  const info = ErrorInfo.encode({ reason, domain: DOMAIN, metadata: { code: error.code, kind } }).finish();
  const standard = Status.encode({ code: status.code, message, details: [{ type_url: ERROR_INFO, value: Buffer.from(info) }] });
  status.metadata.set(STANDARD_DETAIL, Buffer.from(standard.finish()));
  return status;
}
