import { randomUUID } from 'node:crypto';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { WindlassError } from '@windlass/errors';
import type { Logger } from '@windlass/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer, familyOf, HTTP_STATUS, publicError, unknownApi } from '../error/index.js';
import { writeAnswer } from './write-answer.js';

/** Failures outside operations: what the web framework refuses, and what the edge's own pages run into. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  async catch(failure: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.raw.headersSent) return void reply.raw.destroy();
    await writeAnswer(reply, gatewayAnswer(failure, request, this.logger));
  }
}

/** The gateway's answer to a request that never became an operation. */
export function gatewayAnswer(failure: unknown, request: { method: string; url: string }, logger: Logger) {
  const requestId = randomUUID();
  const error = publicError(recognised(failure, request));
  if (HTTP_STATUS[error.kind] >= 500) logger.error({ requestId, err: error.cause ?? error }, 'request failed');
  const answer = errorAnswer(error, { family: familyOf(request.url), prefix: '', requestId });
  return { ...answer, headers: { ...answer.headers, 'x-request-id': requestId } };
}

function recognised(failure: unknown, request: { method: string; url: string }): unknown {
  const status = failure instanceof HttpException ? failure.getStatus() : statusOf(failure);
  if (status === 404) return unknownApi(request.method, request.url.split('?', 1)[0] ?? '');
  if (status === undefined || status >= 500) return failure;
  return new WindlassError({ kind: 'invalid', reason: 'REQUEST_REFUSED', code: 'APIGW.0201', message: 'The request is no well-formed HTTP request.', cause: failure });
}

/** Fastify's own errors carry a status. */
function statusOf(failure: unknown): number | undefined {
  if (typeof failure !== 'object' || failure === null || !('statusCode' in failure)) return undefined;
  return typeof failure.statusCode === 'number' ? failure.statusCode : undefined;
}
