import type { DecidedTrigger } from '../trigger/trigger-streams.js';
import type { TriggerRecord } from '../trigger/trigger.state.js';
import type { RollbackReference } from './rollback-reference.js';

/** A trigger with the version of its stream. */
export interface StandingTrigger {
  readonly record: TriggerRecord;
  readonly revision: number;
}

/** One trigger that is to be another way: without `from` it comes back, without `to` it goes. */
export interface TriggerMove {
  readonly from: StandingTrigger | undefined;
  readonly to: TriggerRecord | undefined;
}

/**
 * The events of all moves, in an order in which a path and method never belong to two triggers: who replays the events meets
 * them one by one. Triggers that have exchanged their places leave them first, one of each circle, and are made again at the end.
 */
export function triggerSteps(moves: readonly TriggerMove[], rollback: RollbackReference): readonly DecidedTrigger[] {
  const steps: DecidedTrigger[] = [];
  const places = new Map<string, string>();
  for (const { from } of moves) if (from !== undefined) places.set(placeOf(from.record), from.record.triggerId);
  const made: TriggerRecord[] = [];
  let changing: { readonly from: StandingTrigger; readonly to: TriggerRecord }[] = [];
  const leave = ({ record, revision }: StandingTrigger): void => {
    places.delete(placeOf(record));
    steps.push({ triggerId: record.triggerId, revision, event: { type: 'TriggerDeleted', data: { trigger: record, rollback } } });
  };
  for (const { from, to } of moves) {
    if (from !== undefined && to !== undefined) changing.push({ from, to });
    else if (from !== undefined) leave(from);
    else if (to !== undefined) made.push(to);
  }
  while (changing.length > 0) {
    const next = changing.find(({ to }) => (places.get(placeOf(to)) ?? to.triggerId) === to.triggerId);
    const { from, to } = next ?? (changing[0] as (typeof changing)[number]);
    if (next === undefined) {
      leave(from);
      made.push(to);
    } else {
      places.delete(placeOf(from.record));
      places.set(placeOf(to), to.triggerId);
      steps.push({ triggerId: to.triggerId, revision: from.revision, event: { type: 'TriggerChanged', data: { trigger: to, rollback } } });
    }
    changing = changing.filter((one) => one.to !== to);
  }
  for (const trigger of made) steps.push({ triggerId: trigger.triggerId, revision: undefined, event: { type: 'TriggerCreated', data: { trigger, rollback } } });
  return steps;
}

function placeOf({ route: { groupId, path, method } }: TriggerRecord): string {
  return `${groupId} ${method} ${path}`;
}
