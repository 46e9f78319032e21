import { badEventData } from './trigger.errors.js';
import type { GatewayTriggerType, MatchMode, TriggerAuth, TriggerRoute } from './trigger.state.js';

/** What a gateway trigger asks for, checked. The group is still to be settled. */
export interface GatewayWish {
  readonly route: Omit<TriggerRoute, 'groupId'>;
  /** Undefined asks for the function's own group. */
  readonly groupId: string | undefined;
  readonly functionUrn: string | undefined;
  /** As func_info names it, if it does. */
  readonly version: string | undefined;
  /** The host name the group is said to have, if it is. */
  readonly subDomain: string | undefined;
  /** What was sent, and the defaults of what was left out; without the group. */
  readonly eventData: Readonly<Record<string, unknown>>;
}

const RELEASE = { id: 'DEFAULT_ENVIRONMENT_RELEASE_ID', name: 'RELEASE' };
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS', 'ANY'] as const;
const LARGEST_EVENT_DATA = 16 * 1024;
const LONGEST_PATH = 512;
const LONGEST_NAME = 64;
const MOST_MILLISECONDS = 60_000;

/**
 * Reads the event_data of a gateway trigger (APIG API, "Trigger event_data"). What is left out gets the documented default;
 * `auth` gets IAM, so that nothing becomes public because somebody forgot to say so.
 * `scheme` is what the gateway is reached by.
 */
export function readGatewayEventData(
  type: GatewayTriggerType,
  sent: Readonly<Record<string, unknown>>,
  funcName: string,
  scheme: 'http' | 'https',
): GatewayWish {
  const read = new Fields(type, sent);
  read.requireStorable();
  const name = read.text('name', funcName);
  if (name.length > LONGEST_NAME) throw badEventData(type, `name has ${name.length} characters; ${LONGEST_NAME} are allowed.`);
  const path = requirePath(type, read.text('path', `/${funcName}`));
  const method = read.oneOf('req_method', METHODS, 'ANY');
  const matchMode = read.oneOf<MatchMode>('match_mode', ['SWA', 'NORMAL'], 'SWA');
  const auth = read.auth();
  const protocol = read.protocol(scheme);
  const envId = read.oneOf('env_id', [RELEASE.id], RELEASE.id);
  const envName = read.oneOf('env_name', [RELEASE.name], RELEASE.name);
  read.oneOf('backend_type', ['FUNCTION'], 'FUNCTION');
  const visibility = read.visibility();
  const groupId = read.text('group_id', '');
  if (groupId !== '' && !/^[0-9a-f]{32}$/.test(groupId)) {
    throw badEventData(
      type,
      'group_id is the id of an API group, 32 lower-case hexadecimal digits. Leave it out to use the function\'s own group.',
    );
  }
  const { timeoutMs, functionUrn, version } = readFuncInfo(type, sent['func_info']);
  const defaults = { name, type: visibility, path, protocol, req_method: method, match_mode: matchMode, env_id: envId, env_name: envName, auth };
  return {
    route: { path, matchMode, method, auth, timeoutMs },
    groupId: groupId === '' ? undefined : groupId,
    functionUrn,
    version,
    subDomain: read.optional('sl_domain'),
    eventData: { ...defaults, ...withoutEmpty(sent) },
  };
}

/** Official clients send "" and null for what they do not set; the defaults stand in for these. */
export function withoutEmpty(sent: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '' && value !== null && value !== undefined));
}

class Fields {
  constructor(
    private readonly type: GatewayTriggerType,
    private readonly sent: Readonly<Record<string, unknown>>,
  ) {}

  requireStorable(): void {
    const text = JSON.stringify(this.sent);
    if (text.length > LARGEST_EVENT_DATA) throw badEventData(this.type, `event_data is larger than ${LARGEST_EVENT_DATA / 1024} KB.`);
    if (text.includes('\\u0000')) throw badEventData(this.type, 'event_data holds a NUL character.');
  }

  text(field: string, otherwise: string): string {
    const value = this.sent[field] ?? '';
    if (typeof value !== 'string') throw badEventData(this.type, `${field} must be a string.`);
    return value === '' ? otherwise : value;
  }

  optional(field: string): string | undefined {
    const value = this.text(field, '');
    return value === '' ? undefined : value;
  }

  oneOf<T extends string>(field: string, allowed: readonly T[], otherwise: T): T {
    const value = this.text(field, otherwise);
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw badEventData(this.type, `${field} is ${JSON.stringify(value.slice(0, 60))}. Use ${allowed.join(' or ')}.`);
    return found;
  }

  auth(): TriggerAuth {
    if (this.sent['auth'] === 'APP') {
      throw badEventData(this.type, 'auth APP is not available on this installation, which has no gateway applications yet. Use IAM or NONE.');
    }
    return this.oneOf<TriggerAuth>('auth', ['IAM', 'NONE'], 'IAM');
  }

  /** What the gateway is reached by. */
  protocol(scheme: 'http' | 'https'): 'HTTP' | 'HTTPS' {
    const protocol = this.oneOf('protocol', ['HTTP', 'HTTPS'], scheme === 'https' ? 'HTTPS' : 'HTTP');
    if (protocol === 'HTTPS' && scheme === 'http') {
      throw badEventData(this.type, 'protocol is HTTPS, but the gateway of this installation is reached by HTTP. Use HTTP, or put TLS before it and set its public URL.');
    }
    return protocol;
  }

  visibility(): 1 {
    const value = this.sent['type'] ?? '';
    if (value !== '' && value !== 1 && value !== '1') throw badEventData(this.type, 'type must be 1 (public): this gateway has no private APIs.');
    return 1;
  }
}

function requirePath(type: GatewayTriggerType, path: string): string {
  const shown = JSON.stringify(path.slice(0, 120));
  if (!path.startsWith('/')) throw badEventData(type, `path is ${shown}. It begins with "/".`);
  if (path.length > LONGEST_PATH) throw badEventData(type, `path has ${path.length} characters; ${LONGEST_PATH} are allowed.`);
  if (/[?#]/.test(path)) throw badEventData(type, `path is ${shown}. It has no query and no fragment.`);
  if (/[{}]/.test(path)) {
    throw badEventData(type, `path is ${shown}. Path parameters are not available: use match_mode SWA to match everything below a path.`);
  }
  if (!/^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/.test(path)) {
    throw badEventData(type, `path is ${shown}. Encode other characters than those of a URL path.`);
  }
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw badEventData(type, `path is ${shown}. It has no "." and ".." parts.`);
  }
  return path;
}

function readFuncInfo(type: GatewayTriggerType, value: unknown): Pick<GatewayWish, 'functionUrn' | 'version'> & { readonly timeoutMs: number } {
  if (value === undefined || value === null || value === '') return { timeoutMs: 0, functionUrn: undefined, version: undefined };
  if (typeof value !== 'object' || Array.isArray(value)) throw badEventData(type, 'func_info must be an object.');
  const info = value as Readonly<Record<string, unknown>>;
  const read = new Fields(type, info);
  if (info['invocation_type'] === 'async') {
    throw badEventData(type, 'func_info.invocation_type is async: HTTP functions cannot be invoked asynchronously. Use sync.');
  }
  read.oneOf('invocation_type', ['sync'], 'sync');
  return { timeoutMs: readTimeout(type, info['timeout']), functionUrn: read.optional('function_urn'), version: read.optional('version') };
}

function readTimeout(type: GatewayTriggerType, value: unknown): number {
  if (value === undefined || value === null || value === '') return 0;
  const milliseconds = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof milliseconds !== 'number' || !Number.isInteger(milliseconds) || milliseconds < 1 || milliseconds > MOST_MILLISECONDS) {
    throw badEventData(type, `func_info.timeout is 1 to ${MOST_MILLISECONDS} milliseconds. Leave it out to use the function's own timeout.`);
  }
  return milliseconds;
}
