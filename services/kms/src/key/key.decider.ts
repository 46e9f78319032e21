import { unknownEvent, type Decider } from '@windlass/event-store';
import { invalidField } from '../refusal.js';
import { TENANT_KEY_SPECS, usageOf, type KeySpec, type KeyUsage } from './key-spec.js';
import { invalidAlias, invalidDescription, keyNotDisabled, keyNotEnabled, keyNotFound, reservedAlias } from './key.errors.js';

/** What is known about a key. Its material is kept elsewhere: no event ever holds it. */
export interface KeyDetails {
  readonly domainId: string;
  readonly projectId: string;
  readonly alias: string;
  readonly description: string;
  readonly enterpriseProjectId: string;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly materialVersion: number;
  readonly origin: KeyOrigin;
  /** Made by a service of the platform for itself: its tenant uses it and does not change it. */
  readonly defaultKey: boolean;
}

/** Who made the material. */
export type KeyOrigin = 'kms';

export type KeyEvent =
  | { readonly type: 'KeyCreated'; readonly data: KeyDetails }
  | { readonly type: 'KeyDisabled'; readonly data: Record<string, never> }
  | { readonly type: 'KeyEnabled'; readonly data: Record<string, never> };

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

export type KeyCommand = ({ readonly kind: 'create' } & NewKey) | { readonly kind: 'create_for_service'; readonly details: ServiceKey } | { readonly kind: 'enable' } | { readonly kind: 'disable' };

export type KeyState = { readonly status: 'absent' } | { readonly status: 'enabled' | 'disabled' };

export const FIRST_MATERIAL_VERSION = 1;

const ALIAS = /^[a-zA-Z0-9:/_-]{1,255}$/;
// The keys that services make for themselves are named after the service.
const DEFAULT_KEY_ALIAS = /^[^/]+\/default$/i;
const DESCRIPTION = /^[^\0]{0,255}$/su;
const ENTERPRISE_PROJECT_ID = /^(?:0|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const key: Decider<KeyState, KeyCommand, KeyEvent> = {
  initial: { status: 'absent' },

  decide(state, command) {
    switch (command.kind) {
      case 'create':
        return [{ type: 'KeyCreated', data: detailsOf(command) }];
      case 'create_for_service':
        return [{ type: 'KeyCreated', data: { ...command.details, keyUsage: usageOf(command.details.keySpec), materialVersion: FIRST_MATERIAL_VERSION, origin: 'kms' } }];
      case 'enable':
        if (state.status === 'absent') throw keyNotFound();
        if (state.status === 'enabled') throw keyNotDisabled();
        return [{ type: 'KeyEnabled', data: {} }];
      case 'disable':
        if (state.status === 'absent') throw keyNotFound();
        if (state.status === 'disabled') throw keyNotEnabled();
        return [{ type: 'KeyDisabled', data: {} }];
      default:
        return command satisfies never;
    }
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'KeyCreated':
      case 'KeyEnabled':
        return { status: 'enabled' };
      case 'KeyDisabled':
        return { status: 'disabled' };
      default:
        return unknownEvent(event);
    }
  },
};

function detailsOf(wanted: NewKey): KeyDetails {
  const { domainId, projectId, alias, description } = wanted;
  if (!ALIAS.test(alias)) throw invalidAlias();
  if (DEFAULT_KEY_ALIAS.test(alias)) throw reservedAlias();
  if (!DESCRIPTION.test(description)) throw invalidDescription();
  const enterpriseProjectId = wanted.enterpriseProjectId === '' ? '0' : wanted.enterpriseProjectId;
  if (!ENTERPRISE_PROJECT_ID.test(enterpriseProjectId)) throw invalidField('enterprise_project_id', 'is 0 or the id of an enterprise project');
  const keySpec = specOf(wanted.keySpec);
  const keyUsage = usageOf(keySpec);
  if (wanted.keyUsage !== '' && wanted.keyUsage !== keyUsage) throw invalidField('key_usage', `is ${keyUsage} for a key of spec ${keySpec}`);
  if (wanted.origin !== '' && wanted.origin !== 'kms') throw invalidField('origin', 'is kms: nothing else is available here');
  return { domainId, projectId, alias, description, enterpriseProjectId, keySpec, keyUsage, materialVersion: FIRST_MATERIAL_VERSION, origin: 'kms', defaultKey: false };
}

/** The spec that is meant; fails with KMS.0308 for one that is not available. */
export function specOf(wanted: string): KeySpec {
  const spec = TENANT_KEY_SPECS.find((known) => known === (wanted === '' ? 'AES_256' : wanted));
  if (spec === undefined) throw invalidField('key_spec', `is one of ${TENANT_KEY_SPECS.join(', ')}: nothing else is available here`);
  return spec;
}

const STREAM_PREFIX = 'key-';

export function keyStream(keyId: string): string {
  return `${STREAM_PREFIX}${keyId}`;
}

export function keyIdOf(streamId: string): string {
  return streamId.slice(STREAM_PREFIX.length);
}

export function isKeyStream(streamId: string): boolean {
  return streamId.startsWith(STREAM_PREFIX);
}
