import { randomUUID } from 'node:crypto';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { downloadPackage, PACKAGE_PATH, PackageLinks } from '../package-link/index.js';
import { Services } from '../upstream/index.js';
import { writeAnswer } from './write-answer.js';

/** Where the download links of packages lead. The link is the credential. */
@Controller(PACKAGE_PATH)
export class PackageController {
  constructor(
    private readonly links: PackageLinks,
    private readonly services: Services,
  ) {}

  @Get(':digest')
  async download(@Param('digest') digest: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const requestId = randomUUID();
    const reference = this.links.verify(digest, new URL(request.url, 'http://localhost').searchParams);
    const answer = await downloadPackage(this.services, reference, requestId);
    await writeAnswer(reply, { ...answer, headers: { ...answer.headers, 'x-request-id': requestId } });
  }
}
