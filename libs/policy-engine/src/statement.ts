import type { ActionPattern, ActionSpellings } from './action.js';
import type { Condition, Context } from './condition.js';
import type { ResourceName, ResourcePattern } from './resource.js';

export type Effect = 'allow' | 'deny';

/** One statement of a policy, ready to be compared with requests. */
export interface Statement {
  readonly effect: Effect;
  readonly actions: readonly ActionPattern[];
  /** `NotAction`: the statement is about every action but those. */
  readonly excluding: boolean;
  /** `undefined`: about every resource. */
  readonly resources: readonly ResourcePattern[] | undefined;
  /** All must be met. */
  readonly conditions: readonly Condition[];
  /** As it was written. */
  readonly source: Readonly<Record<string, unknown>>;
}

export interface PreparedRequest {
  readonly action: ActionSpellings;
  readonly resource: ResourceName;
  readonly context: Context;
}

export function isAbout({ actions, excluding, resources, conditions }: Statement, { action, resource, context }: PreparedRequest): boolean {
  return (
    actions.some((pattern) => pattern.matches(action)) !== excluding &&
    (resources === undefined || resources.some((pattern) => pattern.matches(resource))) &&
    conditions.every((condition) => condition.isMet(context))
  );
}
