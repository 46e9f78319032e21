import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  CreateTokenRequest,
  CreateTokenResponse,
  RevokeTokenRequest,
  RevokeTokenResponse,
  ShowTokenRequest,
  ShowTokenResponse,
} from '@windlass/contracts/iam/v1/token_service';
import { CallContextReader } from '@windlass/grpc';
import { sourceAddressOf } from '@windlass/principal';
import { DataSource } from 'typeorm';
import { callerOf } from '../caller.js';
import { PUBLIC_API_URL, REGION } from '../settings.js';
import { catalogOf } from './catalog.js';
import { CreateToken } from './create-token.js';
import { readLogInRequest } from './log-in-request.js';
import { SubjectTokens } from './subject-tokens.js';
import { describeToken } from './token-answer.js';
import { TokenRow } from './token.entity.js';

@Controller()
export class TokenController {
  constructor(
    private readonly commands: CommandBus,
    private readonly callers: CallContextReader,
    private readonly subjects: SubjectTokens,
    private readonly dataSource: DataSource,
    @Inject(PUBLIC_API_URL) private readonly publicApiUrl: string,
    @Inject(REGION) private readonly region: string,
  ) {}

  @GrpcMethod('TokenService', 'createToken')
  async createToken(request: CreateTokenRequest, metadata: Metadata): Promise<CreateTokenResponse> {
    const caller = callerOf(this.callers.read(metadata));
    const issued = await this.commands.execute(new CreateToken(readLogInRequest(request), caller, sourceAddressOf(metadata)));
    return { token_value: issued.value, token: describeToken(issued, this.catalog(issued.project?.projectId)) };
  }

  @GrpcMethod('TokenService', 'showToken')
  async showToken({ subject_token: value }: ShowTokenRequest, metadata: Metadata): Promise<ShowTokenResponse> {
    const { row, holder, project } = await this.subjects.require(callerOf(this.callers.read(metadata)), value, 'iam:tokens:getToken');
    return { token_value: value, token: describeToken({ ...row, holder, project }, this.catalog(project?.projectId)) };
  }

  @GrpcMethod('TokenService', 'revokeToken')
  async revokeToken({ subject_token: value }: RevokeTokenRequest, metadata: Metadata): Promise<RevokeTokenResponse> {
    const { row } = await this.subjects.require(callerOf(this.callers.read(metadata)), value, 'iam:tokens:deleteToken');
    await this.dataSource.manager.delete(TokenRow, { tokenHash: row.tokenHash });
    return {};
  }

  private catalog(projectId: string | undefined): ReturnType<typeof catalogOf> {
    return catalogOf({ publicApiUrl: this.publicApiUrl, region: this.region }, projectId);
  }
}
