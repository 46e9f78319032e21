import { isDeepStrictEqual } from 'node:util';
import { readGatewayEventData, withoutEmpty } from './gateway-event-data.js';
import { badEventData, triggerMissing } from './trigger.errors.js';
import type { TriggerEvent } from './trigger.events.js';
import { evolveTrigger, NO_TRIGGER, type TriggerRecord, type TriggerState, type TriggerStatus } from './trigger.state.js';

export interface ChangeTrigger {
  readonly triggerId: string;
  /** Undefined keeps what it is. */
  readonly status: TriggerStatus | undefined;
  /** What of the event data changes, as it was sent; members that are absent stay. */
  readonly eventData: Readonly<Record<string, unknown>>;
  readonly funcName: string;
  readonly scheme: 'http' | 'https';
  readonly now: string;
}

function decide(state: TriggerState, command: ChangeTrigger): readonly TriggerEvent[] {
  if (state.status !== 'active') throw triggerMissing(command.triggerId);
  const before = state.trigger;
  const { groupId } = before.route;
  const after: TriggerRecord = { ...before, ...withEventData(before, command), ...(command.status && { status: command.status }) };
  if (after.route.groupId !== groupId) {
    throw badEventData(before.type, `The trigger is in the API group ${groupId} and cannot move to another. Leave group_id out, or make a new trigger.`);
  }
  if (isDeepStrictEqual(before, after)) return [];
  return [{ type: 'TriggerChanged', data: { trigger: { ...after, modifiedAt: command.now } } }];
}

function withEventData(before: TriggerRecord, { eventData, funcName, scheme }: ChangeTrigger): Partial<TriggerRecord> {
  if (Object.keys(eventData).length === 0) return {};
  const wish = readGatewayEventData(before.type, { ...before.eventData, ...withoutEmpty(eventData) }, funcName, scheme);
  return { route: { ...wish.route, groupId: wish.groupId ?? before.route.groupId }, eventData: wish.eventData };
}

export const changeTrigger = { initial: NO_TRIGGER, decide, evolve: evolveTrigger };
