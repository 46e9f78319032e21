import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { CreateTokenRequest, CreateTokenResponse, NamedReference, Token } from '@windlass/contracts/iam/v1/token_service';
import { PUBLIC_API_URL, REGION } from '../settings.js';
import { catalogOf } from './catalog.js';
import { CreateToken, type IssuedToken } from './create-token.js';
import { readLogInRequest } from './log-in-request.js';

@Controller()
export class TokenController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(PUBLIC_API_URL) private readonly publicApiUrl: string,
    @Inject(REGION) private readonly region: string,
  ) {}

  @GrpcMethod('TokenService', 'createToken')
  async createToken(request: CreateTokenRequest): Promise<CreateTokenResponse> {
    const issued = await this.commands.execute(new CreateToken(readLogInRequest(request)));
    return { token_value: issued.value, token: this.describe(issued) };
  }

  private describe({ user, project, issuedAt, expiresAt }: IssuedToken): Token {
    const domain: NamedReference = { id: user.account.domainId, name: user.account.name };
    return {
      issued_at: timestamp(issuedAt),
      expires_at: timestamp(expiresAt),
      methods: ['password'],
      user: { id: user.userId, name: user.name, password_expires_at: '', domain },
      project: project && { id: project.projectId, name: project.name, domain },
      domain: project ? undefined : domain,
      // The id of a role is "0" in tokens; its name is what counts.
      roles: user.roles.map((name) => ({ id: '0', name })),
      catalog: catalogOf({ publicApiUrl: this.publicApiUrl, region: this.region }, project?.projectId),
    };
  }
}

/** Six digits after the second, as IAM writes moments in tokens. */
function timestamp(moment: Date): string {
  return moment.toISOString().replace('Z', '000Z');
}
