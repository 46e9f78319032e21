import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  Group,
  KeystoneCreateGroupRequest,
  KeystoneCreateGroupResponse,
  KeystoneDeleteGroupRequest,
  KeystoneDeleteGroupResponse,
  KeystoneListGroupsForUserRequest,
  KeystoneListGroupsForUserResponse,
  KeystoneListGroupsRequest,
  KeystoneListGroupsResponse,
  KeystoneListUsersForGroupByAdminRequest,
  KeystoneListUsersForGroupByAdminResponse,
  KeystoneMembershipRequest,
  KeystoneMembershipResponse,
  KeystoneShowGroupRequest,
  KeystoneShowGroupResponse,
  KeystoneUpdateGroupRequest,
  KeystoneUpdateGroupResponse,
} from '@windlass/contracts/iam/v1/group_service';
import type { Links } from '@windlass/contracts/iam/v1/project_service';
import { CallContextReader } from '@windlass/grpc';
import { DataSource } from 'typeorm';
import { callerOf, requireOwnDomain, type Caller } from '../caller.js';
import { isId } from '../id.js';
import { Permissions } from '../permissions.js';
import { requireMember } from '../require-member.js';
import { PUBLIC_API_URL } from '../settings.js';
import { findUser, keystoneUser, ListUsers } from '../user/index.js';
import { ChangeGroup } from './change-group.js';
import { ChangeMembership } from './change-membership.js';
import { CreateGroup } from './create-group.js';
import { DeleteGroup } from './delete-group.js';
import { findGroup } from './find-group.js';
import { notMember } from './group.decider.js';
import { GroupMemberRow, type GroupRow } from './group.entity.js';
import { ListGroups } from './list-groups.js';

@Controller()
export class GroupController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
    private readonly permissions: Permissions,
    private readonly dataSource: DataSource,
    @Inject(PUBLIC_API_URL) private readonly publicApiUrl: string,
  ) {}

  @GrpcMethod('GroupService', 'keystoneCreateGroup')
  async keystoneCreateGroup(request: KeystoneCreateGroupRequest, metadata: Metadata): Promise<KeystoneCreateGroupResponse> {
    const caller = this.caller(metadata);
    const { name = '', description = '', domain_id: domainId } = requireMember(request.group, 'group');
    requireOwnDomain(caller, domainId);
    return { group: this.shown(await this.commands.execute(new CreateGroup(caller, { name, description }))) };
  }

  @GrpcMethod('GroupService', 'keystoneListGroups')
  async keystoneListGroups(request: KeystoneListGroupsRequest, metadata: Metadata): Promise<KeystoneListGroupsResponse> {
    const { domainId } = this.caller(metadata);
    // Another account's groups are not refused but not there: whether the account exists is not the caller's to know.
    const foreign = request.domain_id !== '' && request.domain_id !== domainId;
    const rows = foreign ? [] : await this.queries.execute(new ListGroups(domainId, { name: request.name }));
    return { groups: rows.map((row) => this.shown(row)), links: this.links('/v3/groups') };
  }

  @GrpcMethod('GroupService', 'keystoneShowGroup')
  async keystoneShowGroup(request: KeystoneShowGroupRequest, metadata: Metadata): Promise<KeystoneShowGroupResponse> {
    return { group: this.shown(await findGroup(this.dataSource.manager, this.caller(metadata).domainId, request.group_id)) };
  }

  @GrpcMethod('GroupService', 'keystoneUpdateGroup')
  async keystoneUpdateGroup(request: KeystoneUpdateGroupRequest, metadata: Metadata): Promise<KeystoneUpdateGroupResponse> {
    const caller = this.caller(metadata);
    const { name, description, domain_id: domainId } = requireMember(request.group, 'group');
    requireOwnDomain(caller, domainId);
    return { group: this.shown(await this.commands.execute(new ChangeGroup(caller, request.group_id, { name, description }))) };
  }

  @GrpcMethod('GroupService', 'keystoneDeleteGroup')
  async keystoneDeleteGroup(request: KeystoneDeleteGroupRequest, metadata: Metadata): Promise<KeystoneDeleteGroupResponse> {
    await this.commands.execute(new DeleteGroup(this.caller(metadata), request.group_id));
    return {};
  }

  @GrpcMethod('GroupService', 'keystoneAddUserToGroup')
  async keystoneAddUserToGroup({ group_id: groupId, user_id: userId }: KeystoneMembershipRequest, metadata: Metadata): Promise<KeystoneMembershipResponse> {
    await this.commands.execute(new ChangeMembership(this.caller(metadata), { type: 'AddMember', groupId, userId }));
    return {};
  }

  @GrpcMethod('GroupService', 'keystoneRemoveUserFromGroup')
  async keystoneRemoveUserFromGroup({ group_id: groupId, user_id: userId }: KeystoneMembershipRequest, metadata: Metadata): Promise<KeystoneMembershipResponse> {
    await this.commands.execute(new ChangeMembership(this.caller(metadata), { type: 'RemoveMember', groupId, userId }));
    return {};
  }

  @GrpcMethod('GroupService', 'keystoneCheckUserInGroup')
  async keystoneCheckUserInGroup({ group_id: groupId, user_id: userId }: KeystoneMembershipRequest, metadata: Metadata): Promise<KeystoneMembershipResponse> {
    const { manager } = this.dataSource;
    await findGroup(manager, this.caller(metadata).domainId, groupId);
    if (!isId(userId) || !(await manager.existsBy(GroupMemberRow, { groupId, userId }))) throw notMember(userId);
    return {};
  }

  @GrpcMethod('GroupService', 'keystoneListUsersForGroupByAdmin')
  async keystoneListUsersForGroupByAdmin(
    { group_id: groupId }: KeystoneListUsersForGroupByAdminRequest,
    metadata: Metadata,
  ): Promise<KeystoneListUsersForGroupByAdminResponse> {
    const { domainId } = this.caller(metadata);
    await findGroup(this.dataSource.manager, domainId, groupId);
    const rows = await this.queries.execute(new ListUsers(domainId, { groupId }));
    return { users: rows.map((row) => keystoneUser(row, this.publicApiUrl)), links: this.links(`/v3/groups/${groupId}/users`) };
  }

  @GrpcMethod('GroupService', 'keystoneListGroupsForUser')
  async keystoneListGroupsForUser({ user_id: userId }: KeystoneListGroupsForUserRequest, metadata: Metadata): Promise<KeystoneListGroupsForUserResponse> {
    const caller = this.caller(metadata);
    await this.permissions.requireOwnOr(caller, userId, { action: 'iam:groups:listGroupsForUser', resource: `user/${userId}` });
    await findUser(this.dataSource.manager, caller.domainId, userId);
    const rows = await this.queries.execute(new ListGroups(caller.domainId, { userId }));
    return { groups: rows.map((row) => this.shown(row)), links: this.links(`/v3/users/${userId}/groups`) };
  }

  private caller(metadata: Metadata): Caller {
    return callerOf(this.callers.read(metadata));
  }

  private shown({ groupId, name, domainId, description, createdAt }: GroupRow): Group {
    return { id: groupId, name, domain_id: domainId, description, create_time: createdAt.getTime(), links: this.links(`/v3/groups/${groupId}`) };
  }

  /** Everything fits on one page: quotas keep lists short. */
  private links(path: string): Links {
    return { self: `${this.publicApiUrl}${path}`, next: undefined, previous: undefined };
  }
}
