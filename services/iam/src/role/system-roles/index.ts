import { createHash } from 'node:crypto';
import type { PolicyDocument, Role } from '../role.js';
import { AUDIT } from './audit.js';
import { BASE } from './base.js';
import type { SystemPolicy, SystemRole } from './definition.js';
import { ELSEWHERE } from './elsewhere.js';
import { FUNCTION_GRAPH } from './function-graph.js';
import { IDENTITY } from './identity.js';
import { KEYS } from './keys.js';
import { LOGS } from './logs.js';
import { NETWORK } from './network.js';

/** The roles and policies of the system, which every account may grant and none may change. */
export const systemRoles: readonly Role[] = [...BASE, ...FUNCTION_GRAPH, ...IDENTITY, ...LOGS, ...KEYS, ...AUDIT, ...NETWORK, ...ELSEWHERE].map(toRole);

const byId = new Map(systemRoles.map((role) => [role.id, role]));
const byDisplayName = new Map(systemRoles.map((role) => [role.displayName, role]));

export function systemRole(roleId: string): Role | undefined {
  return byId.get(roleId);
}

export function systemRoleNamed(displayName: string): Role | undefined {
  return byDisplayName.get(displayName);
}

function toRole(definition: SystemRole | SystemPolicy): Role {
  const { name, displayName, catalog, type, kind, description, descriptionCn } = definition;
  const policy = policyOf(definition);
  return { id: idOf(name), domainId: undefined, name, displayName, catalog, type, kind, description, descriptionCn, policy, times: undefined };
}

function policyOf(definition: SystemRole | SystemPolicy): PolicyDocument {
  const Statement = [{ Effect: 'Allow', Action: definition.actions }];
  if (definition.kind === 'policy') return { Version: '1.1', Statement };
  return { Version: '1.0', Statement, Depends: definition.depends ?? [] };
}

/** The same on every installation, so that a configuration written against one works against another. */
function idOf(name: string): string {
  return createHash('sha256').update(`system role ${name}`).digest('hex').slice(0, 32);
}
