import { All, Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OperationServer } from './operation-server.js';
import { writeAnswer } from './write-answer.js';

/** Every path that no other controller has: the routes of the API are in the contracts, not here. */
@Controller()
export class OperationsController {
  constructor(private readonly server: OperationServer) {}

  @All('*')
  async handle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    await writeAnswer(reply, await this.server.answer(request.raw, gone.signal));
  }
}
