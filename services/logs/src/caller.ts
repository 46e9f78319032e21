import type { EventMetadata } from '@windlass/event-store';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { eventCauseOf, reachesEnterpriseProject, type CallContext } from '@windlass/principal';
import { refusal } from './refusal.js';

/** Who acts, for whom, and by which request: the tenant of every command and query. */
export interface Caller {
  readonly domainId: string;
  readonly projectId: string;
  readonly actor: string;
  readonly requestId: string;
  /** What its events say about who caused them. */
  readonly metadata: EventMetadata;
}

const DEFAULT_ENTERPRISE_PROJECT = '0';

/**
 * The caller of a tenant operation. The project is the credential's; a path that names another one fails with LTS.0011, as
 * does a credential without a project.
 */
export function callerOf(context: CallContext, pathProjectId = context.principal.project_id): Caller {
  const { principal, requestId } = context;
  if (principal.project_id === '' || principal.project_id !== pathProjectId) {
    throw refusal('forbidden', 'LTS.0011', 'PROJECT_MISMATCH', 'Invalid projectId: the credential does not belong to the project in the path.');
  }
  return { domainId: principal.domain_id, projectId: principal.project_id, actor: principal.user_id, requestId, metadata: eventCauseOf(context) };
}

/** The caller of an operation on the groups of the project that the request names. */
export function tenantCallerOf(context: CallContext, request: { readonly project_id: string }): Caller {
  const caller = callerOf(context, request.project_id);
  requireReach(context.principal);
  return caller;
}

/**
 * Refuses with LTS.0003 a tenant whose grants are limited to enterprise projects other than the default one, where all log
 * groups lie. A function's own log is made for it wherever the function lies.
 */
function requireReach(principal: Principal): void {
  if (reachesEnterpriseProject(principal, DEFAULT_ENTERPRISE_PROJECT)) return;
  throw refusal('forbidden', 'LTS.0003', 'ENTERPRISE_PROJECT_FORBIDDEN', 'Log groups belong to the default enterprise project, which no grant of the caller reaches.');
}

export function metadataOf({ metadata }: Caller): EventMetadata {
  return metadata;
}
