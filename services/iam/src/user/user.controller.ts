import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  CreateUserRequest,
  CreateUserResponse,
  KeystoneCreateUserRequest,
  KeystoneCreateUserResponse,
  KeystoneDeleteUserRequest,
  KeystoneDeleteUserResponse,
  KeystoneListUsersRequest,
  KeystoneListUsersResponse,
  KeystoneShowUserResponse,
  KeystoneUpdateUserByAdminRequest,
  KeystoneUpdateUserByAdminResponse,
  KeystoneUpdateUserPasswordRequest,
  KeystoneUpdateUserPasswordResponse,
  ShowUserLoginProtectResponse,
  ShowUserRequest,
  ShowUserResponse,
  UpdateUserInformationRequest,
  UpdateUserInformationResponse,
  UpdateUserRequest,
  UpdateUserResponse,
} from '@windlass/contracts/iam/v1/user_service';
import { WindlassError } from '@windlass/errors';
import { CallContextReader } from '@windlass/grpc';
import { DataSource } from 'typeorm';
import { callerOf, requireOwnDomain, type Caller } from '../caller.js';
import { Permissions } from '../permissions.js';
import { requireMember } from '../require-member.js';
import { PUBLIC_API_URL } from '../settings.js';
import { ChangeOwnPassword } from './change-own-password.js';
import { ChangeUser } from './change-user.js';
import { CreateUser } from './create-user.js';
import { DeleteUser } from './delete-user.js';
import { findUser } from './find-user.js';
import { ListUsers } from './list-users.js';
import { keystoneUser, userDetails } from './user-answer.js';
import { readInformation, readNewUser, readUserChange } from './user-request.js';
import type { UserRow } from './user.entity.js';

@Controller()
export class UserController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
    private readonly permissions: Permissions,
    private readonly dataSource: DataSource,
    @Inject(PUBLIC_API_URL) private readonly publicApiUrl: string,
  ) {}

  @GrpcMethod('UserService', 'createUser')
  async createUser(request: CreateUserRequest, metadata: Metadata): Promise<CreateUserResponse> {
    const caller = this.caller(metadata);
    const option = requireMember(request.user, 'user');
    requireOwnDomain(caller, option.domain_id);
    return { user: this.details(await this.commands.execute(new CreateUser(caller, readNewUser(option)))) };
  }

  @GrpcMethod('UserService', 'showUser')
  async showUser(request: ShowUserRequest, metadata: Metadata): Promise<ShowUserResponse> {
    return { user: this.details(await this.shown(request, metadata)) };
  }

  @GrpcMethod('UserService', 'showUserInformation')
  showUserInformation(request: ShowUserRequest, metadata: Metadata): Promise<ShowUserResponse> {
    return this.showUser(request, metadata);
  }

  @GrpcMethod('UserService', 'updateUser')
  async updateUser(request: UpdateUserRequest, metadata: Metadata): Promise<UpdateUserResponse> {
    const caller = this.caller(metadata);
    const option = requireMember(request.user, 'user');
    requireOwnDomain(caller, option.domain_id);
    return { user: this.details(await this.commands.execute(new ChangeUser(caller, request.user_id, readUserChange(option)))) };
  }

  @GrpcMethod('UserService', 'updateUserInformation')
  async updateUserInformation(request: UpdateUserInformationRequest, metadata: Metadata): Promise<UpdateUserInformationResponse> {
    const caller = this.self(request, metadata);
    const change = readInformation(requireMember(request.user, 'user'));
    await this.commands.execute(new ChangeUser(caller, caller.userId, change));
    return {};
  }

  /** The platform has no second factor, and so no user is protected by one: the documented answer to that is 404. */
  @GrpcMethod('UserService', 'showUserLoginProtect')
  async showUserLoginProtect(request: ShowUserRequest, metadata: Metadata): Promise<ShowUserLoginProtectResponse> {
    const { userId } = await findUser(this.dataSource.manager, this.caller(metadata).domainId, request.user_id);
    throw new WindlassError({
      kind: 'not_found',
      reason: 'LOGIN_PROTECT_UNKNOWN',
      code: 'IAM.0004',
      message: `Could not find log-in protection of the user ${userId}.`,
    });
  }

  @GrpcMethod('UserService', 'keystoneCreateUser')
  async keystoneCreateUser(request: KeystoneCreateUserRequest, metadata: Metadata): Promise<KeystoneCreateUserResponse> {
    const caller = this.caller(metadata);
    const option = requireMember(request.user, 'user');
    requireOwnDomain(caller, option.domain_id);
    return { user: this.keystone(await this.commands.execute(new CreateUser(caller, readNewUser(option)))) };
  }

  @GrpcMethod('UserService', 'keystoneListUsers')
  async keystoneListUsers(request: KeystoneListUsersRequest, metadata: Metadata): Promise<KeystoneListUsersResponse> {
    const { domainId } = this.caller(metadata);
    const links = { self: `${this.publicApiUrl}/v3/users`, next: undefined, previous: undefined };
    // Another account's users are not refused but not there: whether the account exists is not the caller's to know.
    if (request.domain_id !== '' && request.domain_id !== domainId) return { users: [], links };
    const rows = await this.queries.execute(new ListUsers(domainId, { name: request.name, enabled: request.enabled }));
    return { users: rows.map((row) => this.keystone(row)), links };
  }

  @GrpcMethod('UserService', 'keystoneShowUser')
  async keystoneShowUser(request: ShowUserRequest, metadata: Metadata): Promise<KeystoneShowUserResponse> {
    return { user: this.keystone(await this.shown(request, metadata)) };
  }

  @GrpcMethod('UserService', 'keystoneUpdateUserByAdmin')
  async keystoneUpdateUserByAdmin(request: KeystoneUpdateUserByAdminRequest, metadata: Metadata): Promise<KeystoneUpdateUserByAdminResponse> {
    const caller = this.caller(metadata);
    const option = requireMember(request.user, 'user');
    requireOwnDomain(caller, option.domain_id);
    return { user: this.keystone(await this.commands.execute(new ChangeUser(caller, request.user_id, readUserChange(option)))) };
  }

  @GrpcMethod('UserService', 'keystoneDeleteUser')
  async keystoneDeleteUser(request: KeystoneDeleteUserRequest, metadata: Metadata): Promise<KeystoneDeleteUserResponse> {
    await this.commands.execute(new DeleteUser(this.caller(metadata), request.user_id));
    return {};
  }

  @GrpcMethod('UserService', 'keystoneUpdateUserPassword')
  async keystoneUpdateUserPassword(request: KeystoneUpdateUserPasswordRequest, metadata: Metadata): Promise<KeystoneUpdateUserPasswordResponse> {
    const caller = this.self(request, metadata);
    const { original_password: original, password: next } = requireMember(request.user, 'user');
    await this.commands.execute(new ChangeOwnPassword(caller, { original, next }));
    return {};
  }

  private caller(metadata: Metadata): Caller {
    return callerOf(this.callers.read(metadata));
  }

  /** The caller, of an operation that everybody performs on oneself only. */
  private self({ user_id: userId }: { readonly user_id: string }, metadata: Metadata): Caller {
    const caller = this.caller(metadata);
    if (userId === caller.userId && caller.principal.agency_id === '') return caller;
    throw new WindlassError({
      kind: 'forbidden',
      reason: 'NOT_ONESELF',
      code: 'IAM.0002',
      message: `This is for the user ${userId} itself; an administrator changes other users with PUT /v3.0/OS-USER/users/{user_id}.`,
    });
  }

  private async shown({ user_id: userId }: ShowUserRequest, metadata: Metadata): Promise<UserRow> {
    const caller = this.caller(metadata);
    await this.permissions.requireOwnOr(caller, userId, { action: 'iam:users:getUser', resource: `user/${userId}` });
    return findUser(this.dataSource.manager, caller.domainId, userId);
  }

  private details(row: UserRow): ReturnType<typeof userDetails> {
    return userDetails(row, this.publicApiUrl);
  }

  private keystone(row: UserRow): ReturnType<typeof keystoneUser> {
    return keystoneUser(row, this.publicApiUrl);
  }
}
