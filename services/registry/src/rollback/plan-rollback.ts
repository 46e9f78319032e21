import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { functionStream, type FunctionEvent } from '../function/function.events.js';
import { isSameCode, storedDigest, type ActiveFunction, type FunctionRecord, type FunctionState } from '../function/function.state.js';
import type { GatewayAddress } from '../trigger/gateway-address.js';
import type { TriggerRecord } from '../trigger/trigger.state.js';
import type { DecidedTrigger } from '../trigger/trigger-streams.js';
import { functionChanges, restoredWith, triggerChange, type PlannedChange } from './rollback-changes.js';
import type { RollbackPart, RollbackReference } from './rollback-reference.js';
import { triggerSteps, type StandingTrigger, type TriggerMove } from './trigger-steps.js';

/** What a function was, with the triggers it had. */
export interface PastStanding {
  readonly state: ActiveFunction;
  readonly triggers: readonly TriggerRecord[];
}

/** What it is now: still there, or deleted since. Revisions are those of the streams. */
export interface PresentStanding {
  readonly state: Exclude<FunctionState, { status: 'absent' }>;
  readonly revision: number;
  readonly triggers: readonly StandingTrigger[];
}

export interface RollbackWish {
  readonly moment: { readonly to: string; readonly position?: string };
  readonly parts: readonly RollbackPart[];
  /** RFC 3339, UTC. */
  readonly now: string;
}

/** All that a rollback does, and what it rests on. */
export interface RollbackPlan {
  /** Of everything the plan rests on: equal tokens do the same. */
  readonly token: string;
  /** The function after it, with the versions and aliases it then has. */
  readonly after: Pick<ActiveFunction, 'function' | 'versions' | 'aliases'>;
  readonly functionEvents: readonly FunctionEvent[];
  readonly moves: readonly TriggerMove[];
  readonly triggerSteps: readonly DecidedTrigger[];
  readonly changes: readonly PlannedChange[];
}

/**
 * What must happen for a function to be again as it was. Published versions, aliases, tags and test events of a function that
 * is there stay as they are, and so does its enterprise project; with a deleted one those of the moment come back.
 */
export function planRollback(past: PastStanding, present: PresentStanding, wish: RollbackWish, gateway: GatewayAddress): RollbackPlan {
  const token = tokenOf(past, present, wish);
  const rollback: RollbackReference = { ...wish.moment, parts: wish.parts, plan: token };
  const moves = wish.parts.includes('triggers') ? movesOf(past, present, wish.now) : [];
  const working = present.state.status === 'active' ? changed(present.state, past.state, rollback, wish, moves.length > 0) : restored(past.state, rollback, wish.now);
  return {
    token,
    after: working.after,
    functionEvents: working.events,
    moves,
    triggerSteps: triggerSteps(moves, rollback),
    changes: [...working.changes, ...moves.map(({ from, to }) => triggerChange(gateway, from?.record, to))],
  };
}

interface WorkingPlan {
  readonly after: RollbackPlan['after'];
  readonly events: readonly FunctionEvent[];
  readonly changes: readonly PlannedChange[];
}

function changed(present: ActiveFunction, past: ActiveFunction, rollback: RollbackReference, { parts, now }: RollbackWish, triggersChange: boolean): WorkingPlan {
  const { function: before, versions, aliases } = present;
  const { environmentSeal: _replaced, ...other } = before;
  const target: FunctionRecord = {
    ...(parts.includes('configuration') ? { ...other, ...configurationOf(past.function, before.settings.enterpriseProjectId) } : before),
    ...(parts.includes('code') && !isSameCode(before.code, past.function.code) && { code: past.function.code }),
  };
  const { funcId, domainId, code } = before;
  if (isDeepStrictEqual(before, target)) {
    const events: FunctionEvent[] = triggersChange ? [{ type: 'FunctionTriggersRolledBack', data: { of: { funcId, domainId }, rollback } }] : [];
    return { after: { function: before, versions, aliases }, events, changes: [] };
  }
  const after = { ...target, modifiedAt: now };
  const replaced = { digest: storedDigest(code), sizeBytes: code.sizeBytes };
  return {
    after: { function: after, versions, aliases },
    events: [{ type: 'FunctionRolledBack', data: { function: after, replaced, rollback } }],
    changes: functionChanges(before, after),
  };
}

function configurationOf({ settings, secrets, environmentSeal, scaling, logs }: FunctionRecord, enterpriseProjectId: string): Pick<FunctionRecord, 'settings' | 'secrets' | 'environmentSeal' | 'scaling' | 'logs'> {
  return { settings: { ...settings, enterpriseProjectId }, secrets, ...(environmentSeal && { environmentSeal }), scaling, logs };
}

function restored(past: ActiveFunction, rollback: RollbackReference, now: string): WorkingPlan {
  const { versions, aliases, tags, testEvents } = past;
  const after = { ...past.function, modifiedAt: now };
  const of = { funcId: after.funcId, domainId: after.domainId };
  const events: FunctionEvent[] = [
    { type: 'FunctionCreated', data: { function: after, rollback } },
    ...versions.map((version) => ({ type: 'VersionPublished' as const, data: { version } })),
    ...aliases.map((alias) => ({ type: 'AliasCreated' as const, data: { of, alias } })),
    ...(tags.length === 0 ? [] : [{ type: 'FunctionTagsChanged' as const, data: { of, tags } }]),
    ...testEvents.map((testEvent) => ({ type: 'TestEventKept' as const, data: { of, testEvent } })),
  ];
  return { after: { function: after, versions, aliases }, events, changes: restoredWith(past) };
}

/** What was made since goes; what was changed since, or went, is as it was. */
function movesOf(past: PastStanding, present: PresentStanding, now: string): readonly TriggerMove[] {
  const kept = new Set(past.triggers.map(({ triggerId }) => triggerId));
  const gone = present.triggers.filter(({ record }) => !kept.has(record.triggerId)).map((from) => ({ from, to: undefined }));
  const back = past.triggers.flatMap((then) => {
    const from = present.triggers.find(({ record }) => record.triggerId === then.triggerId);
    return from !== undefined && sameTrigger(from.record, then) ? [] : [{ from, to: { ...then, modifiedAt: now } }];
  });
  return [...gone, ...back];
}

function sameTrigger(a: TriggerRecord, b: TriggerRecord): boolean {
  const substance = (record: TriggerRecord): object => ({ ...record, modifiedAt: '' });
  return isDeepStrictEqual(substance(a), substance(b));
}

function tokenOf(past: PastStanding, present: PresentStanding, { moment, parts }: RollbackWish): string {
  const { function: record, versions, aliases, tags, testEvents } = past.state;
  const triggers = present.triggers.map(({ record: { triggerId }, revision }) => `${triggerId} ${revision}`).sort();
  const basis = [functionStream(record), present.revision, triggers, moment.to, moment.position ?? '', [...parts].sort(), record, versions, aliases, tags, testEvents, past.triggers];
  return createHash('sha256').update(JSON.stringify(basis)).digest('base64url');
}
