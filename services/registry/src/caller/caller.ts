import type { EventMetadata } from '@windlass/event-store';
import { eventCauseOf, type CallContext } from '@windlass/principal';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { refusal } from '../refusal.js';

/** Who acts, for whom, and by which request: the tenant of every command and query. */
export interface Caller {
  readonly domainId: string;
  readonly projectId: string;
  readonly actor: string;
  readonly requestId: string;
  /** What its events say about who caused them. */
  readonly metadata: EventMetadata;
  readonly principal: Principal;
}

/**
 * The caller of a tenant operation. The tenant is the credential's; a path that names another project than the
 * credential's fails with FSS.0403, as does a credential without a project.
 */
export function callerOf(context: CallContext, pathProjectId: string): Caller {
  const { principal, requestId } = context;
  if (principal.project_id === '' || principal.project_id !== pathProjectId) {
    throw refusal('forbidden', 'FSS.0403', 'PROJECT_MISMATCH', 'The credential does not belong to the project in the path.');
  }
  return { domainId: principal.domain_id, projectId: principal.project_id, actor: principal.user_id, requestId, metadata: eventCauseOf(context), principal };
}
