import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { OpenApiDocument } from '../docs/open-api.js';
import { jsonAnswer } from './http-answer.js';
import { writeAnswer } from './write-answer.js';

@Controller('openapi.json')
export class OpenApiController {
  constructor(private readonly document: OpenApiDocument) {}

  @Get()
  async show(@Res() reply: FastifyReply): Promise<void> {
    await writeAnswer(reply, jsonAnswer(200, this.document.content));
  }
}
