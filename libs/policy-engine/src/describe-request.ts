import type { Context } from './condition.js';
import type { PolicyRequest } from './evaluate.js';
import type { ResourceName } from './resource.js';

/** Who asks; fields that do not apply are empty. */
export interface Caller {
  readonly domainId: string;
  readonly domainName: string;
  readonly userId: string;
  readonly userName: string;
  /** Name of the project asked in, empty outside of projects. It is the region's name, or `<region>_<suffix>`. */
  readonly projectName: string;
}

export interface RequestDescription {
  readonly action: string;
  /** The whole name, or only `type:path` (`type/path`): then the service is the action's, the rest the caller's. */
  readonly resource: ResourceName | string;
  readonly caller: Caller;
  readonly now: Date;
  /** Further condition keys; they win over those known of the caller. */
  readonly context?: Context;
}

/** The request that policies see: the whole name of the resource and the global condition keys. */
export function describeRequest({ action, resource, caller, now, context = {} }: RequestDescription): PolicyRequest {
  const service = action.split(':')[0] ?? '';
  return { action, resource: typeof resource === 'string' ? fullName(resource, service, caller) : resource, context: { ...globalKeys(service, caller, now), ...context } };
}

function fullName(resource: string, service: string, { domainId, projectName }: Caller): ResourceName {
  const separator = /[:/]/.exec(resource)?.index ?? resource.length;
  const region = projectName.split('_')[0] ?? '';
  return { service, region, domain: domainId, type: resource.slice(0, separator), path: resource.slice(separator + 1) };
}

function globalKeys(service: string, { domainName, userId, userName, projectName }: Caller, now: Date): Context {
  const keys = {
    'g:CurrentTime': now.toISOString(),
    'g:ServiceName': service,
    'g:DomainName': domainName,
    'g:ProjectName': projectName,
    'g:UserId': userId,
    'g:UserName': userName,
    // The platform knows no second factor, so nobody has given one.
    'g:MFAPresent': 'false',
  };
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== ''));
}
