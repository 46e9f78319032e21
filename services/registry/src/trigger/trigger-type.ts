import { refusal } from '../refusal.js';
import { GATEWAY_TRIGGER_TYPES, type GatewayTriggerType, type TriggerStatus } from './trigger.state.js';

const OTHER_TYPES = new Set('TIMER CTS DDS DMS DIS LTS OBS SMN KAFKA RABBITMQ OPENSOURCEKAFKA GAUSSMONGO EVENTGRID IOTDA'.split(' '));

/** HTTP functions are called through a gateway and by nothing else (HTTP functions, "Notes and Constraints"); FSS.1101 otherwise. */
export function readTriggerType(code: string): GatewayTriggerType {
  if (isGatewayType(code)) return code;
  const message = OTHER_TYPES.has(code)
    ? `HTTP functions take only APIG and APIC triggers (types ${GATEWAY_TRIGGER_TYPES.join(', ')}); ${code} triggers call event functions.`
    : `The trigger type ${JSON.stringify(code.slice(0, 60))} is not known. HTTP functions take ${GATEWAY_TRIGGER_TYPES.join(', ')}.`;
  throw refusal('invalid', 'FSS.1101', 'TRIGGER_TYPE_INVALID', message);
}

export function isGatewayType(code: string): code is GatewayTriggerType {
  return (GATEWAY_TRIGGER_TYPES as readonly string[]).includes(code);
}

/** Undefined when nothing is said; FSS.0400 for what is no status. */
export function readTriggerStatus(status: string): TriggerStatus | undefined {
  if (status === '') return undefined;
  if (status === 'ACTIVE' || status === 'DISABLED') return status;
  throw refusal('invalid', 'FSS.0400', 'TRIGGER_STATUS_INVALID', `trigger_status is ${JSON.stringify(status.slice(0, 60))}. Use ACTIVE or DISABLED.`);
}
