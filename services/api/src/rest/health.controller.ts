import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PlatformHealth } from '../upstream/index.js';
import { jsonAnswer } from './http-answer.js';
import { writeAnswer } from './write-answer.js';

/** For load balancers and operators: 200 when every part behind the edge answers, else 503 naming those that do not. */
@Controller('healthz')
export class HealthController {
  constructor(private readonly health: PlatformHealth) {}

  @Get()
  async show(@Res() reply: FastifyReply): Promise<void> {
    const unreachable = await this.health.unreachable();
    const status = unreachable.length === 0 ? 200 : 503;
    await writeAnswer(reply, jsonAnswer(status, { status: status === 200 ? 'ok' : 'unavailable', unreachable }));
  }
}
