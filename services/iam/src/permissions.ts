import { Injectable } from '@nestjs/common';
import { WindlassError } from '@windlass/errors';
import { describeRequest, evaluateScoped } from '@windlass/policy-engine';
import { DataSource } from 'typeorm';
import { effectivePolicyOf, statementsOf, type PolicyHolder } from './authorization/index.js';
import type { Caller } from './caller.js';
import { Clock } from './clock.js';

/** What a caller must be allowed. */
export interface Permission {
  readonly action: string;
  /** `type/path`. */
  readonly resource: string;
}

/** Decides about actions of IAM where the edge cannot: when only this service sees whose resource it is. */
@Injectable()
export class Permissions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Refuses as the edge does, and by the same policies. */
  async require(caller: Caller, permission: Permission): Promise<void> {
    if (await this.isAllowed(caller, permission)) return;
    throw new WindlassError({
      kind: 'forbidden',
      reason: 'ACTION_DENIED',
      code: 'IAM.0003',
      message: `Policy doesn't allow ${permission.action} to be performed on ${permission.resource}.`,
    });
  }

  /** Lets a user do with itself what for others takes the permission. */
  async requireOwnOr(caller: Caller, userId: string, permission: Permission): Promise<void> {
    if (caller.userId === userId && caller.principal.agency_id === '') return;
    await this.require(caller, permission);
  }

  private async isAllowed(caller: Caller, permission: Permission): Promise<boolean> {
    const policy = await effectivePolicyOf(this.dataSource.manager, holderOf(caller));
    if (policy.accountAdministrator) return true;
    const { domain_name: domainName, user_name: userName } = caller.principal;
    const described = { domainId: caller.domainId, domainName, projectName: '', userId: caller.userId, userName };
    const request = describeRequest({ ...permission, caller: described, now: this.clock.now() });
    return evaluateScoped(request, { kind: 'domain' }, statementsOf(policy.grants)).decision === 'allow';
  }
}

function holderOf({ domainId, userId, principal: { agency_id: agencyId } }: Caller): PolicyHolder {
  return agencyId === '' ? { domainId, type: 'user', id: userId } : { domainId, type: 'agency', id: agencyId };
}
