import type { Principal } from '@windlass/contracts/iam/v1/principal';

/** Whether what the edge allowed for this call reaches resources of the enterprise project. A principal that names none reaches none. */
export function reachesEnterpriseProject(principal: Principal, enterpriseProjectId: string): boolean {
  return principal.all_enterprise_projects || principal.enterprise_project_ids.includes(enterpriseProjectId);
}
