import { spellingsOf } from './action.js';
import type { Context } from './condition.js';
import type { ResourceName } from './resource.js';
import { isAbout, type PreparedRequest, type Statement } from './statement.js';

/** What somebody wants to do, to what, and under which circumstances. */
export interface PolicyRequest {
  /** `service:type:operation`, in either spelling. */
  readonly action: string;
  readonly resource: ResourceName;
  readonly context: Context;
}

export type Reason = 'DENIED_BY_STATEMENT' | 'ALLOWED_BY_STATEMENT' | 'NO_STATEMENT_ALLOWS';

export interface Decision<H> {
  readonly decision: 'allow' | 'deny';
  readonly reason: Reason;
  /** The statements that decided, in the order given; none when nothing allowed. */
  readonly by: readonly H[];
}

/** A statement that holds for somebody, together with whatever the caller knows about it. */
export interface HeldStatement {
  readonly statement: Statement;
}

/**
 * Any statement that denies wins; else any that allows; else the answer is no. The order of statements makes no
 * difference. An action that is no `service:type:operation` is denied.
 */
export function evaluate<H extends HeldStatement>(request: PolicyRequest, statements: readonly H[]): Decision<H> {
  const prepared = prepare(request);
  const about = prepared === undefined ? [] : statements.filter(({ statement }) => isAbout(statement, prepared));
  return conclude(about);
}

/** The decision that these statements, all of them about the request, make together. */
export function conclude<H extends HeldStatement>(about: readonly H[]): Decision<H> {
  const denials = about.filter(({ statement }) => statement.effect === 'deny');
  if (denials.length > 0) return { decision: 'deny', reason: 'DENIED_BY_STATEMENT', by: denials };
  if (about.length > 0) return { decision: 'allow', reason: 'ALLOWED_BY_STATEMENT', by: about };
  return { decision: 'deny', reason: 'NO_STATEMENT_ALLOWS', by: [] };
}

export function prepare({ action, resource, context }: PolicyRequest): PreparedRequest | undefined {
  const spellings = spellingsOf(action);
  return spellings && { action: spellings, resource, context };
}
