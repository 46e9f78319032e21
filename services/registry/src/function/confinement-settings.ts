import type { IsolationDemand } from '@windlass/accounts';
import { refusal } from '../refusal.js';
import type { Confinement } from './function.state.js';

export interface ConfinementFields {
  /** `{ disable_public_network, trigger_access_vpcs }`; any JSON value, as a client sent it. */
  readonly network_controller?: unknown;
  readonly enable_class_isolation?: boolean | undefined;
}

const MEMBERS = ['disable_public_network', 'trigger_access_vpcs'];

/**
 * Reads how a function is shut in; the documented default is that public access is on and the isolation class is the usual one, or the one
 * its account demands of all. FSS.0400 for a `network_controller` of another form, or one that names VPCs; FSS.0403 for less isolation than
 * is demanded.
 */
export function readConfinement(fields: ConfinementFields, demand: IsolationDemand): Confinement {
  const publicAccess = !readPublicNetworkDisabled(fields.network_controller ?? null);
  const strongIsolation = fields.enable_class_isolation ?? demand === 'strong';
  requireDemanded(strongIsolation, demand);
  return { publicAccess, strongIsolation };
}

function readPublicNetworkDisabled(value: unknown): boolean {
  if (value === null) return false;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('is an object such as {"disable_public_network": true}');
  const { disable_public_network: disabled = false, trigger_access_vpcs: vpcs = [] } = value as Record<string, unknown>;
  const stranger = Object.keys(value).find((key) => !MEMBERS.includes(key));
  if (stranger !== undefined) throw invalid(`has no member ${JSON.stringify(stranger.slice(0, 60))}: its members are ${MEMBERS.join(' and ')}`);
  if (disabled !== null && typeof disabled !== 'boolean') throw invalid('has true or false in disable_public_network');
  if (vpcs !== null && !(Array.isArray(vpcs) && vpcs.length === 0)) {
    throw invalid('has an empty trigger_access_vpcs: functions have no VPC network here, and triggers answer callers of every network');
  }
  return disabled === true;
}

/** Fails with FSS.0403 where the account demands more isolation than a function is to have. */
export function requireDemanded(strongIsolation: boolean, demand: IsolationDemand): void {
  if (demand === 'standard' || strongIsolation) return;
  const message = 'The account demands strong isolation of all its functions: leave enable_class_isolation out, or set it to true. Who demands it is told at /windlass/v1/isolation.';
  throw refusal('forbidden', 'FSS.0403', 'ISOLATION_DEMANDED', message);
}

function invalid(what: string): Error {
  return refusal('invalid', 'FSS.0400', 'NETWORK_CONTROLLER_INVALID', `network_controller ${what}.`);
}
