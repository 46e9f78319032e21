import { rebuildProjection, replay, type EventStore } from '@windlass/event-store';
import { accessKey, AccessKeyRow, isAccessKeyStream, projectAccessKey } from '../access-key/index.js';
import { account, AccountRow, isAccountStream, projectAccount } from '../account/index.js';
import { enterpriseProject, EnterpriseProjectRow, isEnterpriseProjectStream, projectEnterpriseProject } from '../enterprise-project/index.js';
import { agency, AgencyRow, isAgencyStream, projectAgency } from '../agency/index.js';
import { group, GroupMemberRow, GroupRow, isGroupStream, projectGroup } from '../group/index.js';
import { grant, GrantRow, isGrantStream, projectGrant } from '../grant/index.js';
import { isProjectStream, project, projectProject, ProjectRow } from '../project/index.js';
import { customPolicy, CustomPolicyRow, isCustomPolicyStream, projectCustomPolicy } from '../role/index.js';
import { isUserStream, projectUser, user, UserRow } from '../user/index.js';

/** What `rebuildReadModels` makes. */
export const READ_MODELS = ['iam.accounts', 'iam.users', 'iam.projects', 'iam.access_keys', 'iam.enterprise_projects', 'iam.groups', 'iam.group_members', 'iam.agencies', 'iam.custom_policies', 'iam.grants'];

/**
 * Makes accounts, users, projects and access keys again from the events, in one transaction, and answers how many events
 * that took. Credentials and tokens stay: they are in no event.
 */
export function rebuildReadModels(store: EventStore): Promise<number> {
  return rebuildProjection({
    store,
    reset: async (manager) => {
      for (const row of [AccountRow, UserRow, ProjectRow, AccessKeyRow, EnterpriseProjectRow, GroupRow, GroupMemberRow, AgencyRow, CustomPolicyRow, GrantRow]) await manager.deleteAll(row);
    },
    replays: [
      replay({ owns: isAccountStream, decider: account, project: projectAccount }),
      replay({ owns: isUserStream, decider: user, project: projectUser }),
      replay({ owns: isProjectStream, decider: project, project: projectProject }),
      replay({ owns: isGroupStream, decider: group, project: projectGroup }),
      replay({ owns: isAgencyStream, decider: agency, project: projectAgency }),
      replay({ owns: isAccessKeyStream, decider: accessKey, project: projectAccessKey }),
      replay({ owns: isEnterpriseProjectStream, decider: enterpriseProject, project: projectEnterpriseProject }),
      replay({ owns: isCustomPolicyStream, decider: customPolicy, project: projectCustomPolicy }),
      replay({ owns: isGrantStream, decider: grant, project: projectGrant }),
    ],
  });
}
