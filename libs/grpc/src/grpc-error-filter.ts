import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { internalError, isWindlassError } from '@windlass/errors';
import type { Logger } from '@windlass/telemetry';
import { type Observable, throwError } from 'rxjs';
import { toServiceError } from './error-detail.js';

/** The only exception filter of a service: what it knows goes out as its kind, everything else as "internal", logged. */
@Catch()
export class GrpcErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    const known = isWindlassError(error) ? error : internalError(error);
    if (known.kind === 'internal') this.logger.error({ err: known.cause ?? known }, 'call failed');
    return throwError(() => toServiceError(known));
  }
}
