import type { Metadata } from '@grpc/grpc-js';
import { ErrorInfo, RetryInfo } from '@windlass/contracts/google/rpc/error_details';
import { Status } from '@windlass/contracts/google/rpc/status';
import { WindlassError } from '@windlass/errors';
import { toServiceError } from '@windlass/grpc';
import { fullCode, publicError, waitBeforeRetry } from '../error/index.js';

const STANDARD_DETAIL = 'grpc-status-details-bin';
const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
const DOMAIN = 'windlass';

/**
 * A failure as any gRPC client can read it: the status, and beside our own detail the standard one, an ErrorInfo with the
 * stable reason, the documented code and the kind, and a RetryInfo where waiting helps. `prefix` is that of the service's codes, empty for the gateway's.
 */
export function errorStatus(failure: unknown, prefix: string): { code: number; details: string; metadata: Metadata } {
  const shown = publicError(failure);
  const { kind, reason, message } = shown;
  const seconds = waitBeforeRetry(shown);
  const wait = seconds === undefined ? {} : { retryAfterSeconds: seconds };
  const error = new WindlassError({ kind, reason, code: fullCode(shown.code, prefix), message, ...wait });
  const status = toServiceError(error);
  const info = ErrorInfo.encode({ reason, domain: DOMAIN, metadata: { code: error.code, kind } }).finish();
  const details = [{ type_url: ERROR_INFO, value: Buffer.from(info) }];
  if (seconds !== undefined) details.push({ type_url: RETRY_INFO, value: Buffer.from(RetryInfo.encode({ retry_delay: { seconds: BigInt(seconds), nanos: 0 } }).finish()) });
  const standard = Status.encode({ code: status.code, message, details });
  status.metadata.set(STANDARD_DETAIL, Buffer.from(standard.finish()));
  return status;
}
