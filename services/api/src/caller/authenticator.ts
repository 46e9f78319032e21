import { AuthenticationServiceClient, type AuthenticateResponse } from '@windlass/contracts/iam/v1/authentication_service';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { connect, type Remote } from '@windlass/grpc';
import { unauthenticated } from '../error/index.js';

/** A signed request, exactly as it was received: a signature covers bytes, not meanings. */
export interface SignedRequest {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn, as `IncomingMessage.rawHeaders` gives them. */
  readonly rawHeaders: readonly string[];
  /** Hex SHA-256 of the body. */
  readonly bodySha256: string;
  /** Project the request names, empty when none. */
  readonly projectId: string;
}

/** Asks iam who calls. What iam refuses is told in iam's words, which are those of the real gateway. */
export class Authenticator {
  private readonly iam: Remote<AuthenticationServiceClient>;

  constructor(address: string) {
    this.iam = connect(AuthenticationServiceClient, address);
  }

  byToken(token: string): Promise<Principal> {
    return principalOf(this.iam.authenticateToken({ token }));
  }

  bySignature(request: SignedRequest): Promise<Principal> {
    return principalOf(
      this.iam.authenticateSignature({
        method: request.method,
        request_target: request.target,
        headers: pairs(request.rawHeaders),
        body_sha256: request.bodySha256,
        project_id: request.projectId,
      }),
    );
  }

  close(): void {
    this.iam.close();
  }
}

async function principalOf(answer: Promise<AuthenticateResponse>): Promise<Principal> {
  const { principal } = await answer;
  if (principal === undefined) throw unauthenticated('the credential names nobody');
  return principal;
}

function pairs(rawHeaders: readonly string[]): { name: string; value: string }[] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [{ name, value: rawHeaders[index + 1] ?? '' }] : []));
}
