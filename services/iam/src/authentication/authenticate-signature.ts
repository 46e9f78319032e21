import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { parseAuthorization, verify, type ReceivedRequest, type VerificationProblem } from '@windlass/request-signing';
import { DataSource } from 'typeorm';
import { recordUse, SecretBox } from '../access-key/index.js';
import { Clock } from '../clock.js';
import { isId } from '../id.js';
import { ProjectRow } from '../project/index.js';
import { accountOf } from '../token/index.js';
import { authenticated, refused, type Authenticated } from './authenticated.js';
import { findPermanentKey, findTemporaryKey } from './find-signing-key.js';

/** Who signed a request, acting in the project that the request names or, when it names none, in the account. */
export class AuthenticateSignature extends Query<Authenticated> {
  constructor(
    readonly request: ReceivedRequest,
    readonly projectId: string,
  ) {
    super();
  }
}

@QueryHandler(AuthenticateSignature)
export class AuthenticateSignatureHandler implements IQueryHandler<AuthenticateSignature> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secrets: SecretBox,
    private readonly clock: Clock,
  ) {}

  async execute({ request, projectId }: AuthenticateSignature): Promise<Authenticated> {
    const now = this.clock.now();
    const parsed = parseAuthorization(request.headers);
    if (!parsed.ok) throw unverified(parsed.reason);
    const { accessKey, securityToken } = parsed.authorization;
    const { manager } = this.dataSource;
    const key = await (securityToken === undefined ? findPermanentKey(manager, accessKey) : findTemporaryKey(manager, accessKey, securityToken));
    const verification = verify(request, { secretKey: this.secrets.open(key.sealedSecret, accessKey), now });
    if (!verification.ok) throw unverified(verification.reason);
    // Only whoever holds the secret learns the state of the key.
    if (key.status !== 'active') throw refused('ACCESS_KEY_INACTIVE', `the access key ${accessKey} is inactive`, 'IAM.1107');
    const { holder, expiresAt } = key;
    if (holder.kind === 'user' && holder.user.accessMode === 'console') throw consoleOnly(holder.user.name);
    if (expiresAt === undefined) await recordUse(manager, accessKey, now);
    else if (expiresAt <= now) throw refused('SECURITY_TOKEN_EXPIRED', 'the security token has expired: get a new one', 'IAM.1108');
    const project = projectId === '' ? undefined : await this.ownProject(accountOf(holder).domainId, projectId);
    return authenticated(holder, { project, accessKey, ...(expiresAt === undefined ? {} : { expiresAt }) }, now);
  }

  private async ownProject(domainId: string, projectId: string): Promise<ProjectRow> {
    const project = isId(projectId) ? await this.dataSource.manager.findOneBy(ProjectRow, { projectId, domainId }) : null;
    if (project) return project;
    throw new WindlassError({
      kind: 'forbidden',
      reason: 'PROJECT_NOT_OWN',
      code: 'APIGW.0302',
      message: `The project ${projectId} is not a project of the account that signed the request.`,
    });
  }
}

function consoleOnly(name: string): WindlassError {
  return new WindlassError({
    kind: 'forbidden',
    reason: 'CONSOLE_ONLY',
    code: 'IAM.0081',
    message: `The user "${name}" has the access mode "console": it cannot call with access keys.`,
  });
}

const DETAILS: Record<VerificationProblem, string> = {
  AUTHORIZATION_MISSING: 'the request is not signed: there is no Authorization header',
  AUTHORIZATION_REPEATED: 'there is more than one Authorization header',
  AUTHORIZATION_MALFORMED: 'the Authorization header is not "SDK-HMAC-SHA256 Access=..., SignedHeaders=..., Signature=..."',
  ALGORITHM_UNSUPPORTED: 'the signing algorithm is not SDK-HMAC-SHA256',
  DATE_UNSIGNED: 'X-Sdk-Date must be one of the signed headers',
  DATE_MALFORMED: 'X-Sdk-Date must be YYYYMMDDTHHMMSSZ, in UTC',
  DATE_SKEWED: "X-Sdk-Date is more than 15 minutes from the platform's time: set the clock",
  SIGNED_HEADER_MISSING: 'a header named in SignedHeaders did not arrive',
  SIGNED_HEADER_REPEATED: 'a header named in SignedHeaders arrived more than once',
  BODY_ALTERED: 'X-Sdk-Content-Sha256 is not the hash of the body that arrived',
  SIGNATURE_MISMATCH: 'the signature does not match: the secret key is another, or the request was altered',
};

function unverified(reason: VerificationProblem): WindlassError {
  return refused(reason, DETAILS[reason]);
}
