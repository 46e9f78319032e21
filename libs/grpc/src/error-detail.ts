import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { ErrorDetail } from '@windlass/contracts/error/v1/error';
import { WindlassError, isErrorKind, type ErrorKind } from '@windlass/errors';

const DETAIL = 'windlass-error-bin';

const STATUS: Record<ErrorKind, status> = {
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  quota_exceeded: status.RESOURCE_EXHAUSTED,
  not_found: status.NOT_FOUND,
  not_acceptable: status.INVALID_ARGUMENT,
  timeout: status.DEADLINE_EXCEEDED,
  conflict: status.ALREADY_EXISTS,
  gone: status.NOT_FOUND,
  precondition_failed: status.FAILED_PRECONDITION,
  too_large: status.OUT_OF_RANGE,
  throttled: status.RESOURCE_EXHAUSTED,
  function_failed: status.ABORTED,
  unavailable: status.UNAVAILABLE,
  internal: status.INTERNAL,
};

/** The gRPC form of an error: status by kind, and the detail in trailing metadata for programs. */
export function toServiceError(error: WindlassError): { code: status; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  const { kind, reason, code, message, retryAfterSeconds = 0 } = error;
  const detail = ErrorDetail.encode({ kind, reason, code, message, retry_after_seconds: retryAfterSeconds });
  metadata.set(DETAIL, Buffer.from(detail.finish()));
  return { code: STATUS[error.kind], details: error.message, metadata };
}

/** The error a remote service meant, or what the transport's own failure means to a caller. */
export function fromServiceError(error: ServiceError): WindlassError {
  const encoded = error.metadata?.get(DETAIL)[0];
  if (Buffer.isBuffer(encoded)) {
    const detail = ErrorDetail.decode(encoded);
    if (isErrorKind(detail.kind)) {
      const { kind, reason, code, message, retry_after_seconds } = detail;
      return new WindlassError({ kind, reason, code, message, ...(retry_after_seconds > 0 ? { retryAfterSeconds: retry_after_seconds } : {}), cause: error });
    }
  }
  switch (error.code) {
    case status.UNAVAILABLE:
      return new WindlassError({
        kind: 'unavailable',
        reason: 'SERVICE_UNAVAILABLE',
        code: '0503',
        message: 'A part of the platform is not reachable. Try again.',
        cause: error,
      });
    case status.DEADLINE_EXCEEDED:
      return new WindlassError({
        kind: 'unavailable',
        reason: 'DEADLINE_EXCEEDED',
        code: '0504',
        message: 'A part of the platform did not answer in time. Try again.',
        cause: error,
      });
    default:
      return new WindlassError({
        kind: 'internal',
        reason: 'INTERNAL',
        code: '0500',
        message: 'The platform failed to serve this request. The request id finds the cause in its logs.',
        cause: error,
      });
  }
}
