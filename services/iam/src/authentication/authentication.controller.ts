import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type { AuthenticateResponse, AuthenticateSignatureRequest, AuthenticateTokenRequest } from '@windlass/contracts/iam/v1/authentication_service';
import { AuthenticateSignature } from './authenticate-signature.js';
import { AuthenticateToken } from './authenticate-token.js';
import type { Authenticated } from './authenticated.js';

/** Internal, for the edge and the gateway: turns a credential into a principal or refuses. */
@Controller()
export class AuthenticationController {
  constructor(private readonly queries: QueryBus) {}

  @GrpcMethod('AuthenticationService', 'authenticateSignature')
  async authenticateSignature(request: AuthenticateSignatureRequest): Promise<AuthenticateResponse> {
    const { method, request_target: requestTarget, headers, body_sha256: bodySha256, project_id: projectId } = request;
    return response(await this.queries.execute(new AuthenticateSignature({ method, requestTarget, headers, bodySha256 }, projectId)));
  }

  @GrpcMethod('AuthenticationService', 'authenticateToken')
  async authenticateToken(request: AuthenticateTokenRequest): Promise<AuthenticateResponse> {
    return response(await this.queries.execute(new AuthenticateToken(request.token)));
  }
}

function response({ principal, cacheableUntil }: Authenticated): AuthenticateResponse {
  return { principal, cacheable_until: cacheableUntil.getTime() };
}
