import type { OnModuleDestroy } from '@nestjs/common';
import type { EnterpriseProjectDirectoryServiceClient } from '@windlass/contracts/iam/v1/enterprise_project_service';
import type { Remote } from '@windlass/grpc';
import { reachesEnterpriseProject } from '@windlass/principal';
import type { Caller } from '../caller/caller.js';
import { DEFAULT_ENTERPRISE_PROJECT } from '../function/function.state.js';
import { refusal } from '../refusal.js';

/** The enterprise projects that iam keeps, as functions are put into them. */
export class EnterpriseProjects implements OnModuleDestroy {
  constructor(private readonly iam: Remote<EnterpriseProjectDirectoryServiceClient>) {}

  /**
   * Refuses with FSS.1127 an enterprise project that the caller's permissions do not reach, and with FSS.0400 one that the
   * account does not have or that is disabled. iam is asked each time, so one that was made a moment ago is known.
   */
  async requireRoomFor(caller: Caller, id: string): Promise<void> {
    if (!reachesEnterpriseProject(caller.principal, id)) {
      const message = `The caller may not put functions into the enterprise project ${id}: no grant reaches it. Name another one as enterprise_project_id.`;
      throw refusal('forbidden', 'FSS.1127', 'ENTERPRISE_PROJECT_FORBIDDEN', message);
    }
    if (id === DEFAULT_ENTERPRISE_PROJECT) return;
    const { state } = await this.iam.showEnterpriseProjectState({ domain_id: caller.domainId, enterprise_project_id: id });
    if (state === 'enabled') return;
    const problem = state === 'disabled' ? 'is disabled: enable it first' : 'does not exist';
    throw refusal('invalid', 'FSS.0400', 'ENTERPRISE_PROJECT_UNUSABLE', `The enterprise project ${id} ${problem}.`);
  }

  onModuleDestroy(): void {
    this.iam.close();
  }
}
