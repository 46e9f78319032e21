import type { AuthenticateResponse, AuthenticationServiceClient } from '@windlass/contracts/iam/v1/authentication_service';
import type { Remote } from '@windlass/grpc';
import type { AuthenticatedCaller, CallerAuthenticator, SignedRequest } from '../data-path/index.js';

const DEADLINE_MS = 5_000;

/** Asks iam who a credential belongs to. */
export class IamAuthenticator implements CallerAuthenticator {
  constructor(private readonly iam: Remote<AuthenticationServiceClient>) {}

  async byToken(token: string): Promise<AuthenticatedCaller> {
    return callerOf(await this.iam.authenticateToken({ token }, { deadlineMs: DEADLINE_MS }));
  }

  /** The URL of a function names no project, so the key alone says who calls. */
  async bySignature({ method, requestTarget, headers, bodySha256 }: SignedRequest): Promise<AuthenticatedCaller> {
    const request = {
      method,
      request_target: requestTarget,
      headers: headers.map(([name, value]) => ({ name, value })),
      body_sha256: bodySha256,
      project_id: '',
    };
    return callerOf(await this.iam.authenticateSignature(request, { deadlineMs: DEADLINE_MS }));
  }
}

function callerOf({ principal, cacheable_until }: AuthenticateResponse): AuthenticatedCaller {
  if (principal === undefined) throw new Error('iam answered without a principal');
  return { domainId: principal.domain_id, cacheableUntil: cacheable_until };
}
