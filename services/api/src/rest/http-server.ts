import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from '@windlass/telemetry';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiModule, type ApiParts } from '../api.module.js';
import { gatewayAnswer, HttpErrorFilter } from './http-error-filter.js';
import { refuseConnection } from './refused-connection.js';
import { writeAnswer } from './write-answer.js';

// Slow senders are cut off; how long an answer may take is for the operation to say.
const HEADERS_WITHIN_MS = 30_000;
const REQUEST_WITHIN_MS = 300_000;
const KEEP_ALIVE_MS = 75_000;
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_CONNECTIONS = 4_096;
const CLOSE_WITHIN_MS = 10_000;

/** The REST listener. */
export class HttpServer {
  private closing = false;

  private constructor(private readonly app: NestFastifyApplication) {
    // A connection that has just answered is not idle yet when the server looks for idle ones to close.
    app.getHttpAdapter().getInstance().addHook('onSend', async (_request, reply) => {
      if (this.closing) reply.header('connection', 'close');
    });
  }

  get port(): number {
    return (this.app.getHttpServer().address() as AddressInfo).port;
  }

  static async start(parts: ApiParts, options: { host: string; port: number; logger: Logger }): Promise<HttpServer> {
    const adapter = new FastifyAdapter({
      http: { headersTimeout: HEADERS_WITHIN_MS, maxHeaderSize: MAX_HEADER_BYTES },
      requestTimeout: REQUEST_WITHIN_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The digest of a package has 128 digits.
      routerOptions: { maxParamLength: 128 },
      forceCloseConnections: 'idle',
      clientErrorHandler: refuseConnection,
      frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void writeAnswer(reply, gatewayAnswer(error, request, options.logger)),
    });
    const fastify = adapter.getInstance();
    // Bodies are read by the operation that knows their limit, as bytes: a signature covers them.
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(parts), adapter, { bodyParser: false, logger: false, abortOnError: false });
    app.useGlobalFilters(new HttpErrorFilter(options.logger));
    fastify.server.maxConnections = MAX_CONNECTIONS;
    // Only "100-continue" may be expected of a server. Whatever else is, the answer does not depend on it.
    fastify.server.on('checkExpectation', (request, response) => fastify.server.emit('request', request, response));
    const server = new HttpServer(app);
    await app.listen(options.port, options.host);
    return server;
  }

  /** Takes no new requests and lets running ones end for ten seconds. */
  async close(): Promise<void> {
    this.closing = true;
    const force = setTimeout(() => this.app.getHttpServer().closeAllConnections(), CLOSE_WITHIN_MS);
    await this.app.close();
    clearTimeout(force);
  }
}
