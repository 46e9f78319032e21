import { rebuildProjection, replayRows, type EventStore } from '@windlass/event-store';
import { AccessKeyRow, accessKeyStream, projectAccessKey } from '../access-key/index.js';
import { AccountRow, accountStream, projectAccount } from '../account/index.js';
import { AgencyRow, agencyStream, projectAgency } from '../agency/index.js';
import { EnterpriseProjectRow, enterpriseProjectStream, projectEnterpriseProject } from '../enterprise-project/index.js';
import { GRANT_STREAMS, GrantRow, projectGrant } from '../grant/index.js';
import { GroupMemberRow, GroupRow, groupStream, projectGroup } from '../group/index.js';
import { projectProject, ProjectRow, projectStream } from '../project/index.js';
import { CustomPolicyRow, customPolicyStream, projectCustomPolicy } from '../role/index.js';
import { projectUser, UserRow, userStream } from '../user/index.js';

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
      replayRows({ streams: accessKeyStream(''), tables: [AccessKeyRow], project: projectAccessKey }),
      replayRows({ streams: accountStream(''), tables: [AccountRow], project: projectAccount }),
      replayRows({ streams: agencyStream(''), tables: [AgencyRow], project: projectAgency }),
      replayRows({ streams: customPolicyStream(''), tables: [CustomPolicyRow], project: projectCustomPolicy }),
      replayRows({ streams: enterpriseProjectStream(''), tables: [EnterpriseProjectRow], project: projectEnterpriseProject }),
      replayRows({ streams: GRANT_STREAMS, tables: [GrantRow], project: projectGrant }),
      replayRows({ streams: groupStream(''), tables: [GroupRow, GroupMemberRow], project: projectGroup }),
      replayRows({ streams: projectStream(''), tables: [ProjectRow], project: projectProject }),
      replayRows({ streams: userStream(''), tables: [UserRow], project: projectUser }),
    ],
  });
}
