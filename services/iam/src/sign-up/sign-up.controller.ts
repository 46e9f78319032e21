import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { SignUpRequest, SignUpResponse } from '@windlass/contracts/iam/v1/sign_up_service';
import { CallContextReader } from '@windlass/grpc';
import { CreateAccount } from '../account/create-account.js';
import { Clock } from '../clock.js';
import { DEFAULT_ENTERPRISE_PROJECT } from '../enterprise-project/index.js';
import { SIGN_UP_MODE } from '../settings.js';
import { requireEmail } from './email-syntax.js';
import { requiredInvitation, type SignUpMode } from './sign-up-policy.js';
import { SignUpRate } from './sign-up-rate.js';

/** Open to everybody, so it bounds what a caller can cause before it does anything. */
@Controller()
export class SignUpController {
  constructor(
    private readonly commands: CommandBus,
    private readonly callers: CallContextReader,
    private readonly rate: SignUpRate,
    private readonly clock: Clock,
    @Inject(SIGN_UP_MODE) private readonly mode: SignUpMode,
  ) {}

  @GrpcMethod('SignUpService', 'signUp')
  async signUp(request: SignUpRequest, metadata: Metadata): Promise<SignUpResponse> {
    const { requestId, sourceAddress, userAgent } = this.callers.read(metadata);
    this.rate.admit(sourceAddress, this.clock.now().getTime());
    const invitation = requiredInvitation(this.mode, request.invitation);
    const { account_name: name, user_name: userName, password, email } = request;
    requireEmail(email);
    const account = { name, isOperator: false, invitation };
    const created = await this.commands.execute(new CreateAccount(account, { name: userName, password, email }, undefined, { requestId, sourceAddress, userAgent }));
    return {
      domain_id: created.domainId,
      domain_name: name,
      user_id: created.userId,
      user_name: userName,
      project_id: created.projectId,
      project_name: created.projectName,
      enterprise_project_id: DEFAULT_ENTERPRISE_PROJECT.id,
      access_key: created.keyPair.accessKey,
      secret_key: created.keyPair.secretKey,
    };
  }
}
