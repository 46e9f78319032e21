import type { AgencyServiceClient } from '@windlass/contracts/iam/v1/agency_service';
import type { Remote } from '@windlass/grpc';
import type { IssueCredentials } from './credentials.js';

// Short, because what a function leaks is worth nothing afterwards; much longer than they are kept, so that the longest
// request begins with credentials that outlive it.
const LIFE_SECONDS = 3_600;
const DEADLINE_MS = 5_000;

/** Credentials from iam, which issues them only while the agency exists and trusts FunctionGraph. */
export function issueCredentials(agencies: Remote<AgencyServiceClient>): IssueCredentials {
  return async ({ domainId, projectId, name }) => {
    const issued = await agencies.issueForService(
      { service: 'functiongraph', domain_id: domainId, project_id: projectId, agency_name: name, agency_id: '', duration_seconds: LIFE_SECONDS },
      { deadlineMs: DEADLINE_MS },
    );
    return {
      accessKey: issued.access_key,
      secretKey: issued.secret_key,
      securityToken: issued.security_token,
      authToken: issued.auth_token,
      expiresAt: issued.expires_at,
    };
  };
}
