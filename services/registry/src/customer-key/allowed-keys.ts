import type { OnModuleDestroy } from '@nestjs/common';
import { Principal } from '@windlass/contracts/iam/v1/principal';
import { DecideActionsRequest, type ActionDecision, type DecideActionsResponse, type ServiceAuthorizationServiceClient, type WantedAction } from '@windlass/contracts/iam/v1/service_authorization_service';
import type { Remote } from '@windlass/grpc';
import type { Caller } from '../caller/caller.js';
import { agencyLacksActions, agencyMissing, agencyUnusable, keyForbidden } from './customer-key.errors.js';
import type { KeyField } from './key-reference.js';
import type { SealOwner } from './seal-contexts.js';

const SERVICE = 'functiongraph';

/** What the founding document has an agency hold for the key of a function's code; asked for whenever the key is used. */
const ON_THE_KEY = ['kms:cmk:get', 'kms:dek:create', 'kms:dek:decrypt'] as const;
const ON_ALL_KEYS = 'kms:cmk:list';
/** The same for the default key, as long as there is none. */
const ON_FIRST_USE = 'kms:cmk:create';

/** A key and the fields of the function that name it. */
export interface WantedKey {
  readonly keyId: string;
  readonly field: KeyField;
}

/** Calls the key service as somebody who was found to be allowed an action. */
export type PrincipalFor = (action: string, keyId: string) => Principal;

/** Asks iam who may do what with keys. */
export class AllowedKeys implements OnModuleDestroy {
  constructor(private readonly iam: Remote<ServiceAuthorizationServiceClient>) {}

  /** Refuses with FSS.1021 an agency that may not use the keys for a function; the error names every action that is missing. */
  async ofAgency(owner: Pick<SealOwner, 'domainId' | 'projectId'>, agencyName: string, keys: readonly WantedKey[]): Promise<PrincipalFor> {
    const ids = [...new Set(keys.map(({ keyId }) => keyId))];
    const wanted = [...ids.flatMap((id) => ON_THE_KEY.map((action) => ({ action, resource: keyResource(id) }))), { action: ON_ALL_KEYS, resource: keyResource('*') }];
    return this.decide(owner, agencyName, fieldsOf(keys), wanted);
  }

  /** The same for a default key that is still to be made. */
  ofAgencyOnFirstUse(owner: Pick<SealOwner, 'domainId' | 'projectId'>, agencyName: string, field: KeyField): Promise<PrincipalFor> {
    const wanted = [...ON_THE_KEY, ON_ALL_KEYS, ON_FIRST_USE].map((action) => ({ action, resource: keyResource('*') }));
    return this.decide(owner, agencyName, [field], wanted);
  }

  /** Somebody who reads what lies under a key: needs kms:dek:decrypt on it. FSS.0403 without. */
  async ofReader({ principal, projectId, domainId }: Caller, { keyId, field }: WantedKey): Promise<PrincipalFor> {
    const holder = principal.agency_id === '' ? { user_id: principal.user_id } : { agency_id: principal.agency_id };
    const wanted = [{ action: 'kms:dek:decrypt', resource: keyResource(keyId) }];
    const { decisions } = await this.iam.decideActions(DecideActionsRequest.fromPartial({ domain_id: domainId, project_id: projectId, ...holder, actions: wanted }));
    const denied = decisions.find(({ allowed }) => !allowed);
    if (denied !== undefined) throw keyForbidden(field, denied);
    return principals(principal, wanted, decisions);
  }

  onModuleDestroy(): void {
    this.iam.close();
  }

  private async decide({ domainId, projectId }: Pick<SealOwner, 'domainId' | 'projectId'>, agencyName: string, fields: readonly KeyField[], wanted: readonly WantedAction[]): Promise<PrincipalFor> {
    const [first] = fields;
    if (agencyName === '' && first !== undefined) throw agencyMissing(first);
    const decided = await this.iam.decideActions(DecideActionsRequest.fromPartial({ domain_id: domainId, project_id: projectId, agency_name: agencyName, service: SERVICE, actions: [...wanted] }));
    if (decided.agency_state !== 'usable') throw agencyUnusable(agencyName, decided.agency_state);
    const missing = decided.decisions.filter(({ allowed }) => !allowed);
    if (missing.length > 0) throw agencyLacksActions(fields, agencyName, missing);
    return principals(agencyPrincipal(domainId, projectId, decided), wanted, decided.decisions);
  }
}

function agencyPrincipal(domainId: string, projectId: string, { agency_id, agency_name, domain_name, project_name }: DecideActionsResponse): Principal {
  return Principal.fromPartial({ domain_id: domainId, domain_name, project_id: projectId, project_name, user_id: SERVICE, user_name: SERVICE, agency_id, agency_name });
}

/** Each call reaches the enterprise projects that the decision on its action reaches. */
function principals(principal: Principal, wanted: readonly WantedAction[], decisions: readonly ActionDecision[]): PrincipalFor {
  return (action, keyId) => {
    const at = wanted.findIndex((each) => each.action === action && [keyResource(keyId), keyResource('*')].includes(each.resource));
    const decision = decisions[at];
    if (decision === undefined) throw new Error(`Nobody was asked about ${action}.`);
    const { all_enterprise_projects, enterprise_project_ids } = decision;
    return { ...principal, all_enterprise_projects, enterprise_project_ids };
  };
}

function keyResource(keyId: string): string {
  return `KeyId:${keyId}`;
}

function fieldsOf(keys: readonly WantedKey[]): readonly KeyField[] {
  return [...new Set(keys.map(({ field }) => field))];
}
