import { Trigger } from '@windlass/contracts/registry/v1/trigger_service';
import type { GatewayAddress } from './gateway-address.js';
import type { TriggerRecord } from './trigger.state.js';

/** The trigger as the documented API shows it: what was sent, and what the gateway made of it. */
export function viewTrigger(record: TriggerRecord, gateway: GatewayAddress): Trigger {
  const { triggerId, apiId, route, eventData, createdAt, modifiedAt = createdAt } = record;
  return Trigger.fromPartial({
    trigger_id: triggerId,
    trigger_type_code: record.type,
    trigger_status: record.status,
    event_data: {
      ...eventData,
      group_id: route.groupId,
      triggerid: triggerId,
      api_id: apiId,
      api_name: eventData['name'],
      sl_domain: gateway.subDomain(route.groupId),
      invoke_url: gateway.invokeUrl(route.groupId, route.path),
    },
    created_time: createdAt,
    last_updated_time: modifiedAt,
  });
}
