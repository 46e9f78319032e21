import { createHash } from 'node:crypto';

/** Who may act through an agency: the users of an account, or a cloud service. */
export type Trust =
  | { readonly kind: 'account'; readonly domainId: string; readonly name: string }
  | { readonly kind: 'service'; readonly domainId: string; readonly name: string };

/** FunctionGraph by the two names under which clients know it; the first is what the platform writes itself. */
export const FUNCTION_SERVICE = 'op_svc_cff';
const FUNCTION_SERVICE_NAMES: readonly string[] = [FUNCTION_SERVICE, 'functiongraph'];

/** The service of that name as one to trust, or nothing when the name is not that of a service. */
export function serviceTrust(name: string): Trust | undefined {
  if (!FUNCTION_SERVICE_NAMES.includes(name) && !/^op_svc_[A-Za-z]{1,32}$/.test(name)) return undefined;
  // Clients want an id of it in the form of all ids; it is the same everywhere.
  return { kind: 'service', domainId: createHash('sha256').update(`service ${name}`).digest('hex').slice(0, 32), name };
}

export function trustsFunctionService(trust: Trust): boolean {
  return trust.kind === 'service' && FUNCTION_SERVICE_NAMES.includes(trust.name);
}
