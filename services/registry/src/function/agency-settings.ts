import { refusal } from '../refusal.js';
import type { FunctionAgencies, FunctionSettings } from './function.state.js';

export interface AgencyFields {
  readonly xrole: string;
  readonly app_xrole: string;
  readonly enable_auth_in_header?: boolean;
}

const LONGEST_NAME = 64;

/** Reads which agencies a function acts through. FSS.1021 for what cannot be a name. */
export function readAgencies(fields: AgencyFields): FunctionAgencies {
  for (const field of ['xrole', 'app_xrole'] as const) requireName(field, fields[field]);
  const { xrole: configuration, app_xrole: execution, enable_auth_in_header: credentialsInHeaders = false } = fields;
  return { configuration, execution, credentialsInHeaders };
}

function requireName(field: string, name: string): void {
  if (name.length > LONGEST_NAME || /\p{Cc}/u.test(name)) {
    throw refusal('invalid', 'FSS.1021', 'AGENCY_INVALID', `${field} is the name of an agency: at most ${LONGEST_NAME} characters, and no control characters.`);
  }
}

/** The agency of the running function: its own, else the one of its configuration. Empty: none. */
export function executionAgency({ agencies }: FunctionSettings): string {
  return agencies.execution || agencies.configuration;
}
