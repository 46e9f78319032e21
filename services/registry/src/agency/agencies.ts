import type { OnModuleDestroy } from '@nestjs/common';
import type { AgencyDirectoryServiceClient } from '@windlass/contracts/iam/v1/agency_directory_service';
import type { Remote } from '@windlass/grpc';
import type { Caller } from '../caller/caller.js';
import type { FunctionAgencies } from '../function/function.state.js';
import { refusal } from '../refusal.js';

/** The agencies that iam keeps, as functions act through them. */
export class Agencies implements OnModuleDestroy {
  constructor(private readonly iam: Remote<AgencyDirectoryServiceClient>) {}

  /**
   * Refuses with FSS.1021 an agency that the account does not have, that has expired, or that does not trust FunctionGraph. iam
   * is asked each time, so one that was made a moment ago is known.
   */
  async requireUsable(caller: Caller, agencies: FunctionAgencies | undefined): Promise<void> {
    const named = new Set([agencies?.configuration, agencies?.execution]);
    for (const name of named) if (name !== undefined && name !== '') await this.requireOne(caller, name);
  }

  private async requireOne(caller: Caller, name: string): Promise<void> {
    const { state } = await this.iam.showAgencyState({ service: 'functiongraph', domain_id: caller.domainId, agency_name: name });
    if (state === 'usable') return;
    throw refusal('invalid', 'FSS.1021', 'AGENCY_INVALID', `The agency ${name} ${PROBLEMS.get(state) ?? 'cannot be used'}.`);
  }

  onModuleDestroy(): void {
    this.iam.close();
  }
}

const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['absent', 'does not exist in this account'],
  ['untrusting', 'does not trust FunctionGraph: its trust_domain_name must be op_svc_cff'],
  ['expired', 'has expired: prolong it, or name another one'],
]);
