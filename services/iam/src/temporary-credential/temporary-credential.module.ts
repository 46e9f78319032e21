import { Module } from '@nestjs/common';
import { AgencyModule } from '../agency/agency.module.js';
import { CreateTemporaryAccessKeyHandler } from './create-temporary-access-key.js';
import { CredentialIssuer } from './issue-credential.js';
import { IssueForServiceHandler } from './issue-for-service.js';
import { TemporaryCredentialController } from './temporary-credential.controller.js';

@Module({
  imports: [AgencyModule],
  controllers: [TemporaryCredentialController],
  providers: [CreateTemporaryAccessKeyHandler, IssueForServiceHandler, CredentialIssuer],
})
export class TemporaryCredentialModule {}
