import type { EventMetadata } from '@windlass/event-store';
import type { Principal } from '@windlass/contracts/iam/v1/principal';
import { eventCauseOf, type CallContext } from '@windlass/principal';
import { refusal } from './refusal.js';

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

const SEQUENCE_LENGTH = 36;

/**
 * The caller of a tenant operation. The project is the credential's; a path that names another one fails with KMS.0306, as
 * does a credential without a project. `sequence` is a client's own number of the request: checked, and of no other use.
 */
export function callerOf(context: CallContext, request: { project_id: string; sequence: string }): Caller {
  const { principal, requestId } = context;
  if (principal.project_id === '' || principal.project_id !== request.project_id) {
    throw refusal('forbidden', 'KMS.0306', 'PROJECT_MISMATCH', 'The credential does not belong to the project in the path.');
  }
  if (request.sequence !== '' && request.sequence.length !== SEQUENCE_LENGTH) {
    throw refusal('invalid', 'KMS.0206', 'INVALID_SEQUENCE', `The sequence has ${SEQUENCE_LENGTH} characters.`);
  }
  return { domainId: principal.domain_id, projectId: principal.project_id, actor: principal.user_id, requestId, metadata: eventCauseOf(context), principal };
}

export function metadataOf({ metadata }: Caller): EventMetadata {
  return metadata;
}
