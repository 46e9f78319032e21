import type { OnModuleDestroy } from '@nestjs/common';
import type { EnterpriseProjectDirectoryServiceClient } from '@windlass/contracts/iam/v1/enterprise_project_service';
import type { Remote } from '@windlass/grpc';
import { reachesEnterpriseProject } from '@windlass/principal';
import type { Caller } from '../caller.js';
import { invalidField, refusal } from '../refusal.js';

/** Where a key lies that names no enterprise project. Every account has it. */
export const DEFAULT_ENTERPRISE_PROJECT = '0';

/** The enterprise projects that iam keeps, as keys are put into them. */
export class EnterpriseProjects implements OnModuleDestroy {
  constructor(private readonly iam: Remote<EnterpriseProjectDirectoryServiceClient>) {}

  /**
   * Refuses with KMS.0307 an enterprise project that the caller's permissions do not reach, and with KMS.0308 one that the
   * account does not have or that is disabled. iam is asked each time, so one that was made a moment ago is known.
   */
  async requireUsable(caller: Caller, id: string): Promise<void> {
    if (!reachesEnterpriseProject(caller.principal, id)) {
      const message = `The caller may not put keys into the enterprise project ${id}: no grant reaches it. Name another one as enterprise_project_id.`;
      throw refusal('forbidden', 'KMS.0307', 'ENTERPRISE_PROJECT_FORBIDDEN', message);
    }
    if (id === DEFAULT_ENTERPRISE_PROJECT) return;
    const { state } = await this.iam.showEnterpriseProjectState({ domain_id: caller.domainId, enterprise_project_id: id });
    if (state !== 'enabled') throw invalidField('enterprise_project_id', 'is 0 or the id of an enabled enterprise project of the account');
  }

  onModuleDestroy(): void {
    this.iam.close();
  }
}
