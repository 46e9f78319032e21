import type { CallContext } from './signed-principal.js';

/** Who caused an event, from where and by which request: what services store beside what happened. */
export interface EventCause {
  /** Id of the user; "platform" for the platform itself. */
  readonly actor: string;
  readonly requestId: string;
  /** The user's name at that time. */
  readonly actorName?: string;
  /** The account of the user, which is another one than the event's when an operator acts. */
  readonly actorDomain?: string;
  /** The agency the user acted through. */
  readonly agency?: string;
  /** The access key that signed the request; absent when a token came with it. */
  readonly accessKey?: string;
  readonly sourceAddress?: string;
  readonly userAgent?: string;
}

export function eventCauseOf({ principal, requestId, sourceAddress, userAgent }: CallContext): EventCause {
  const { user_id: actor, user_name: actorName, domain_id: actorDomain, agency_name: agency, access_key: accessKey } = principal;
  const told = { actorName, actorDomain, agency, accessKey, sourceAddress, userAgent };
  // What is unknown is left out: an event is kept for ever.
  return { actor, requestId, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== '')) };
}
