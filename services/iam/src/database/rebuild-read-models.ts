import { rebuildProjection, replay, type EventStore } from '@windlass/event-store';
import { accessKey, isAccessKeyStream } from '../access-key/access-key.decider.js';
import { AccessKeyRow, projectAccessKey } from '../access-key/access-key.entity.js';
import { account, isAccountStream } from '../account/account.decider.js';
import { AccountRow, projectAccount } from '../account/account.entity.js';
import { isProjectStream, project } from '../project/project.decider.js';
import { projectProject, ProjectRow } from '../project/project.entity.js';
import { isUserStream, user } from '../user/user.decider.js';
import { projectUser, UserRow } from '../user/user.entity.js';

/**
 * Makes accounts, users, projects and access keys again from the events, in one transaction, and answers how many events
 * that took. Credentials and tokens stay: they are in no event.
 */
export function rebuildReadModels(store: EventStore): Promise<number> {
  return rebuildProjection({
    store,
    reset: async (manager) => {
      for (const row of [AccountRow, UserRow, ProjectRow, AccessKeyRow]) await manager.deleteAll(row);
    },
    replays: [
      replay({ owns: isAccountStream, decider: account, project: projectAccount }),
      replay({ owns: isUserStream, decider: user, project: projectUser }),
      replay({ owns: isProjectStream, decider: project, project: projectProject }),
      replay({ owns: isAccessKeyStream, decider: accessKey, project: projectAccessKey }),
    ],
  });
}
