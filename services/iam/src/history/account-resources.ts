import { historyResource, resourceOfEvents, type HistoryResource } from '@windlass/resource-history';
import { accessKeyStream } from '../access-key/index.js';
import { accountStream } from '../account/index.js';
import { agencyStream } from '../agency/index.js';
import { enterpriseProjectStream } from '../enterprise-project/index.js';
import { groupStream } from '../group/index.js';
import { invitationStream } from '../invitation/index.js';
import { projectStream } from '../project/index.js';
import { customPolicyStream, pastCustomPolicy, roleView, toRole } from '../role/index.js';
import { userStream } from '../user/index.js';
import { GRANT_STREAMS } from '../grant/index.js';

/** Everything iam keeps as events, as the audit trail tells of it. */
export function accountResources(publicApiUrl: string): readonly HistoryResource[] {
  return [
    resourceOfEvents({
      type: 'account',
      streamPrefix: accountStream(''),
      name: 'name',
      ends: [],
      states: {
        AccountCreated: { status: 'active', isolation: { account: 'standard', operator: 'standard' } },
        AccountSuspended: { status: 'suspended' },
        AccountResumed: { status: 'active' },
        AccountClosed: { status: 'closed' },
      },
    }),
    resourceOfEvents({
      type: 'user',
      streamPrefix: userStream(''),
      name: 'name',
      ends: ['UserDeleted'],
      states: { UserCreated: { enabled: true }, UserEnabled: { enabled: true }, UserDisabled: { enabled: false } },
    }),
    resourceOfEvents({ type: 'project', streamPrefix: projectStream(''), name: 'name', ends: ['ProjectDeleted'] }),
    groupResource,
    resourceOfEvents({ type: 'agency', streamPrefix: agencyStream(''), name: 'name', ends: ['AgencyDeleted'], without: ['durationBegins'] }),
    resourceOfEvents({
      type: 'access_key',
      streamPrefix: accessKeyStream(''),
      ends: ['AccessKeyDeleted'],
      states: { AccessKeyCreated: { status: 'active' }, AccessKeyActivated: { status: 'active' }, AccessKeyDeactivated: { status: 'inactive' } },
    }),
    resourceOfEvents({
      type: 'enterprise_project',
      streamPrefix: enterpriseProjectStream(''),
      name: 'name',
      ends: ['EnterpriseProjectDeleted'],
      states: { EnterpriseProjectCreated: { enabled: true }, EnterpriseProjectEnabled: { enabled: true }, EnterpriseProjectDisabled: { enabled: false } },
    }),
    resourceOfEvents({ type: 'grant', streamPrefix: GRANT_STREAMS, ends: ['GrantTaken'] }),
    resourceOfEvents({ type: 'invitation', streamPrefix: invitationStream(''), name: 'note', ends: [] }),
    historyResource({
      type: 'policy',
      streamPrefix: customPolicyStream(''),
      streamOf: customPolicyStream,
      ...pastCustomPolicy,
      view: (row) => row && { id: row.roleId, name: row.displayName, projectId: '', fields: roleView(toRole(row), publicApiUrl) },
    }),
  ];
}

type GroupMembers = { readonly fields: Readonly<Record<string, unknown>>; readonly members: readonly string[]; readonly id: string } | undefined;

/** A group with its members, which events add and remove one by one. */
const groupResource: HistoryResource = {
  type: 'group',
  streamPrefix: groupStream(''),
  streamOf: groupStream,
  initial: undefined,
  evolve: (state, event): GroupMembers => {
    const { groupId, userId, ...data } = event.data as { readonly groupId: string; readonly userId?: string };
    const { fields = {}, members = [] } = (state as GroupMembers) ?? {};
    if (event.type === 'GroupDeleted') return undefined;
    if (event.type === 'GroupMemberAdded') return { id: groupId, fields, members: [...members, String(userId)].sort() };
    if (event.type === 'GroupMemberRemoved') return { id: groupId, fields, members: members.filter((member) => member !== userId) };
    return { id: groupId, fields: { ...fields, ...data }, members };
  },
  view: (state) => {
    const group = state as GroupMembers;
    return group && { id: group.id, name: String(group.fields['name'] ?? group.id), projectId: '', fields: { ...group.fields, members: group.members } };
  },
};
