import { EventStore, type EventTypes, type Upcast } from '@windlass/event-store';
import type { DataSource } from 'typeorm';
import type { AccessKeyEvent } from './access-key/access-key.decider.js';
import type { AccountEvent } from './account/account.decider.js';
import type { AgencyEvent } from './agency/agency.decider.js';
import { SCHEMA } from './database/open-database.js';
import type { EnterpriseProjectEvent } from './enterprise-project/enterprise-project.decider.js';
import type { GrantEvent } from './grant/grant.decider.js';
import type { GroupEvent } from './group/group.decider.js';
import type { InvitationEvent } from './invitation/invitation.decider.js';
import type { ProjectEvent } from './project/project.decider.js';
import type { CustomPolicyEvent } from './role/custom-policy.decider.js';
import type { UserEvent } from './user/user.decider.js';

/** All that this service stores. The shape of each is recorded in fixtures/events. */
export type StoredEvents =
  | AccountEvent
  | AccessKeyEvent
  | AgencyEvent
  | CustomPolicyEvent
  | EnterpriseProjectEvent
  | GrantEvent
  | GroupEvent
  | InvitationEvent
  | ProjectEvent
  | UserEvent;

/** Before an account could demand isolation, none did. */
const withIsolation: Upcast = (data) => ({ isolation: { account: 'standard', operator: 'standard' }, ...data });

/** There are more quotas than there were, and none of them has to be set. */
const withMoreQuotas: Upcast = (data) => data;

export const eventTypes: EventTypes<StoredEvents> = {
  AccountCreated: [],
  AccountSuspended: [withIsolation, withMoreQuotas],
  AccountResumed: [withIsolation, withMoreQuotas],
  AccountClosed: [withIsolation, withMoreQuotas],
  AccountQuotasSet: [withIsolation, withMoreQuotas],
  AccountIsolationDemanded: [withMoreQuotas],
  AccessKeyCreated: [],
  AccessKeyDescribed: [],
  AccessKeyActivated: [],
  AccessKeyDeactivated: [],
  AccessKeyDeleted: [],
  AgencyCreated: [],
  AgencyChanged: [],
  AgencyDeleted: [],
  CustomPolicyCreated: [],
  CustomPolicyUpdated: [],
  CustomPolicyDeleted: [],
  EnterpriseProjectCreated: [],
  EnterpriseProjectChanged: [],
  EnterpriseProjectEnabled: [],
  EnterpriseProjectDisabled: [],
  EnterpriseProjectDeleted: [],
  GrantGiven: [],
  GrantTaken: [],
  GroupCreated: [],
  GroupChanged: [],
  GroupDeleted: [],
  GroupMemberAdded: [],
  GroupMemberRemoved: [],
  InvitationCreated: [],
  InvitationUsed: [],
  ProjectCreated: [],
  SubprojectCreated: [],
  ProjectChanged: [],
  ProjectDeleted: [],
  UserCreated: [],
  UserDescribed: [],
  UserEnabled: [],
  UserDisabled: [],
  PasswordSet: [],
  UserDeleted: [],
};

/** The events of this service. */
export function openEvents(dataSource: DataSource): EventStore {
  return new EventStore(dataSource, { schema: SCHEMA, eventTypes });
}
