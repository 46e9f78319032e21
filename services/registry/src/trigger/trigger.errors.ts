import type { WindlassError } from '@windlass/errors';
import { refusal } from '../refusal.js';
import type { GatewayTriggerType } from './trigger.state.js';

const TRIGGER_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What cannot be an id is the id of no trigger, and is not looked up. */
export function requireTriggerId(text: string): void {
  if (!TRIGGER_ID.test(text)) throw triggerMissing(text);
}

export function triggerMissing(triggerId: string): WindlassError {
  return refusal('not_found', 'FSS.1138', 'TRIGGER_NOT_FOUND', `The function has no trigger ${triggerId.slice(0, 80)}.`);
}

/** FSS.1107, and FSS.1417 for the dedicated gateway, which has a code of its own. */
export function badEventData(type: GatewayTriggerType, message: string): WindlassError {
  return refusal('invalid', type === 'DEDICATEDGATEWAY' ? 'FSS.1417' : 'FSS.1107', 'EVENT_DATA_INVALID', message);
}

export function pathTaken(method: string, path: string): WindlassError {
  return refusal(
    'conflict',
    'FSS.1147',
    'REQUEST_PATH_EXISTS',
    `The API group already has a trigger for ${method} ${path}. Choose another path, method or group.`,
  );
}

export function tooManyTriggers(limit: number): WindlassError {
  return refusal(
    'quota_exceeded',
    'FSS.1124',
    'API_QUOTA_EXCEEDED',
    `The function has ${limit} triggers, which is the most it may have. Delete one it no longer needs.`,
  );
}

export function triggerTypeMissing(code: string): WindlassError {
  return refusal(
    'not_found',
    'FSS.1137',
    'TRIGGER_TYPE_NOT_FOUND',
    `An HTTP function has no triggers of the type ${JSON.stringify(code.slice(0, 60))}.`,
  );
}
