import { invalidField } from '../refusal.js';
import type { KeyDetails } from './key.events.js';
import { TENANT_KEY_SPECS, usageOf, type KeySpec } from './key-spec.js';
import { invalidAlias, invalidDescription, reservedAlias } from './key.errors.js';

/** What a caller asks of a new key; empty fields take the default. */
export interface NewKey {
  readonly domainId: string;
  readonly projectId: string;
  readonly alias: string;
  readonly description: string;
  readonly enterpriseProjectId: string;
  readonly keySpec: string;
  readonly keyUsage: string;
  readonly origin: string;
}

/** What a service of the platform asks of a key of its own. */
export type ServiceKey = Omit<KeyDetails, 'keyUsage' | 'materialVersion' | 'origin'>;

export const FIRST_MATERIAL_VERSION = 1;

const ALIAS = /^[a-zA-Z0-9:/_-]{1,255}$/;
// The keys that services make for themselves are named after the service.
const DEFAULT_KEY_ALIAS = /^[^/]+\/default$/i;
const DESCRIPTION = /^[^\0]{0,255}$/su;
const ENTERPRISE_PROJECT_ID = /^(?:0|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function detailsOf(wanted: NewKey): KeyDetails {
  const { domainId, projectId, alias, description } = wanted;
  requireAlias(alias);
  requireDescription(description);
  const enterpriseProjectId = wanted.enterpriseProjectId === '' ? '0' : wanted.enterpriseProjectId;
  if (!ENTERPRISE_PROJECT_ID.test(enterpriseProjectId)) throw invalidField('enterprise_project_id', 'is 0 or the id of an enterprise project');
  const keySpec = specOf(wanted.keySpec);
  const keyUsage = usageOf(keySpec);
  if (wanted.keyUsage !== '' && wanted.keyUsage !== keyUsage) throw invalidField('key_usage', `is ${keyUsage} for a key of spec ${keySpec}`);
  const origin = wanted.origin === '' ? 'kms' : wanted.origin;
  if (origin !== 'kms' && origin !== 'external') throw invalidField('origin', 'is kms or external');
  if (origin === 'external' && keySpec !== 'AES_256') throw invalidField('origin', `is kms for a key of spec ${keySpec}: material is imported into keys of spec AES_256`);
  return { domainId, projectId, alias, description, enterpriseProjectId, keySpec, keyUsage, materialVersion: FIRST_MATERIAL_VERSION, origin, defaultKey: false };
}

/** Fails with KMS.1101 for what is no alias, or is one of the keys that services make. */
export function requireAlias(alias: string): void {
  if (!ALIAS.test(alias)) throw invalidAlias();
  if (DEFAULT_KEY_ALIAS.test(alias)) throw reservedAlias();
}

export function requireDescription(description: string): void {
  if (!DESCRIPTION.test(description)) throw invalidDescription();
}

/** The spec that is meant; fails with KMS.0308 for one that is not available. */
export function specOf(wanted: string): KeySpec {
  const spec = TENANT_KEY_SPECS.find((known) => known === (wanted === '' ? 'AES_256' : wanted));
  if (spec === undefined) throw invalidField('key_spec', `is one of ${TENANT_KEY_SPECS.join(', ')}: nothing else is available here`);
  return spec;
}
