import type { Principal } from '@windlass/contracts/iam/v1/principal';
import type { EventMetadata } from '@windlass/event-store';
import { eventCauseOf, type CallContext } from '@windlass/principal';
import { notFound } from './not-found.js';

/** In whose account a call acts, who makes it, and what its events say about who caused them. */
export interface Caller {
  readonly domainId: string;
  readonly userId: string;
  readonly principal: Principal;
  readonly metadata: EventMetadata;
}

export function callerOf(context: CallContext): Caller {
  const { principal } = context;
  return { domainId: principal.domain_id, userId: principal.user_id, principal, metadata: eventCauseOf(context) };
}

/** Refuses a request that names another account than the caller's; one that names none means the caller's. */
export function requireOwnDomain(caller: Caller, domainId: string): void {
  if (domainId !== '' && domainId !== caller.domainId) throw notFound('domain', domainId);
}

/** Whether anybody is known to call: an operation that anyone may call has a caller only when a credential came along. */
export function callerIsKnown({ domainId, userId }: Caller): boolean {
  return domainId !== '' && userId !== '';
}
