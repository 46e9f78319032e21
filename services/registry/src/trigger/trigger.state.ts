import { unknownEvent } from '@windlass/event-store';
import type { TriggerEvent } from './trigger.events.js';

export const GATEWAY_TRIGGER_TYPES = ['APIG', 'DEDICATEDGATEWAY', 'APIC'] as const;
export type GatewayTriggerType = (typeof GATEWAY_TRIGGER_TYPES)[number];

export type TriggerStatus = 'ACTIVE' | 'DISABLED';

export type TriggerAuth = 'NONE' | 'IAM';
/** "SWA" matches a path and all below it, "NORMAL" the path alone. */
export type MatchMode = 'SWA' | 'NORMAL';

/** The route that a trigger opens at the gateway. */
export interface TriggerRoute {
  readonly groupId: string;
  readonly path: string;
  readonly matchMode: MatchMode;
  readonly method: string;
  readonly auth: TriggerAuth;
  /** Milliseconds; 0 leaves the time to the function's own timeout. */
  readonly timeoutMs: number;
}

export interface TriggerRecord {
  readonly triggerId: string;
  /** The trigger's id as the gateway and its API know it. */
  readonly apiId: string;
  readonly type: GatewayTriggerType;
  readonly funcId: string;
  /** With the version, or with "!" and an alias. */
  readonly funcUrn: string;
  readonly domainId: string;
  readonly projectId: string;
  readonly route: TriggerRoute;
  /** As the tenant sent it, with the defaults of what was left out. */
  readonly eventData: Readonly<Record<string, unknown>>;
  readonly status: TriggerStatus;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** Absent until the first change. */
  readonly modifiedAt?: string;
}

/** What of its function a trigger calls: a version, or "!" and an alias. */
export function targetOf({ funcUrn }: Pick<TriggerRecord, 'funcUrn'>): string {
  return funcUrn.slice(funcUrn.lastIndexOf(':') + 1);
}

export type TriggerState =
  | { readonly status: 'absent' }
  | { readonly status: 'active'; readonly trigger: TriggerRecord }
  | { readonly status: 'deleted' };

export const NO_TRIGGER: TriggerState = { status: 'absent' };

export function evolveTrigger(_state: TriggerState, event: TriggerEvent): TriggerState {
  switch (event.type) {
    case 'TriggerCreated':
    case 'TriggerChanged':
      return { status: 'active', trigger: event.data.trigger };
    case 'TriggerDeleted':
      return { status: 'deleted' };
    default:
      return unknownEvent(event);
  }
}
