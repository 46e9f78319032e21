import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  CreatePermanentAccessKeyRequest,
  CreatePermanentAccessKeyResponse,
  DeletePermanentAccessKeyRequest,
  DeletePermanentAccessKeyResponse,
  ListPermanentAccessKeysRequest,
  ListPermanentAccessKeysResponse,
  PermanentAccessKey,
  ShowPermanentAccessKeyRequest,
  ShowPermanentAccessKeyResponse,
  UpdatePermanentAccessKeyRequest,
  UpdatePermanentAccessKeyResponse,
} from '@windlass/contracts/iam/v1/access_key_service';
import { WindlassError } from '@windlass/errors';
import { CallContextReader } from '@windlass/grpc';
import { DataSource } from 'typeorm';
import { callerOf, type Caller } from '../caller.js';
import { Permissions } from '../permissions.js';
import { requireMember } from '../require-member.js';
import { timestamp } from '../timestamp.js';
import { findUser, requireManageable, type UserRow } from '../user/index.js';
import type { AccessKeyStatus } from './access-key.decider.js';
import { AccessKeyRow, AccessKeyUseRow } from './access-key.entity.js';
import { ChangeAccessKey } from './change-access-key.js';
import { CreateAccessKey } from './create-access-key.js';
import { DeleteAccessKey } from './delete-access-key.js';
import { findAccessKey } from './find-access-key.js';

@Controller()
export class AccessKeyController {
  constructor(
    private readonly commands: CommandBus,
    private readonly callers: CallContextReader,
    private readonly permissions: Permissions,
    private readonly dataSource: DataSource,
  ) {}

  @GrpcMethod('AccessKeyService', 'createPermanentAccessKey')
  async createPermanentAccessKey(request: CreatePermanentAccessKeyRequest, metadata: Metadata): Promise<CreatePermanentAccessKeyResponse> {
    const caller = callerOf(this.callers.read(metadata));
    const { user_id: named, description } = requireMember(request.credential, 'credential');
    const user = await this.owner(caller, named, 'iam:credentials:createCredential');
    requireManageable(caller, user);
    const { row, secretKey } = await this.commands.execute(new CreateAccessKey(caller, user.userId, description));
    return { credential: { ...shown(row), secret: secretKey } };
  }

  @GrpcMethod('AccessKeyService', 'listPermanentAccessKeys')
  async listPermanentAccessKeys(request: ListPermanentAccessKeysRequest, metadata: Metadata): Promise<ListPermanentAccessKeysResponse> {
    const caller = callerOf(this.callers.read(metadata));
    const { userId } = await this.owner(caller, request.user_id, 'iam:credentials:listCredentials');
    const rows = await this.dataSource.manager.find(AccessKeyRow, { where: { userId }, order: { createdAt: 'ASC', accessKey: 'ASC' } });
    return { credentials: rows.map(shown) };
  }

  @GrpcMethod('AccessKeyService', 'showPermanentAccessKey')
  async showPermanentAccessKey(request: ShowPermanentAccessKeyRequest, metadata: Metadata): Promise<ShowPermanentAccessKeyResponse> {
    const { row } = await this.find(request.access_key, metadata, 'iam:credentials:getCredential');
    const use = await this.dataSource.manager.findOneBy(AccessKeyUseRow, { accessKey: row.accessKey });
    return { credential: { ...shown(row), last_use_time: timestamp(use?.usedAt ?? row.createdAt) } };
  }

  @GrpcMethod('AccessKeyService', 'updatePermanentAccessKey')
  async updatePermanentAccessKey(request: UpdatePermanentAccessKeyRequest, metadata: Metadata): Promise<UpdatePermanentAccessKeyResponse> {
    const { caller, row } = await this.find(request.access_key, metadata, 'iam:credentials:updateCredential');
    requireManageable(caller, row.user);
    const { status, description } = requireMember(request.credential, 'credential');
    const change = { status: status === undefined ? undefined : readStatus(status), description };
    return { credential: shown(await this.commands.execute(new ChangeAccessKey(caller, row.accessKey, change))) };
  }

  @GrpcMethod('AccessKeyService', 'deletePermanentAccessKey')
  async deletePermanentAccessKey(request: DeletePermanentAccessKeyRequest, metadata: Metadata): Promise<DeletePermanentAccessKeyResponse> {
    const { caller, row } = await this.find(request.access_key, metadata, 'iam:credentials:deleteCredential');
    requireManageable(caller, row.user);
    await this.commands.execute(new DeleteAccessKey(caller, row.accessKey));
    return {};
  }

  /** The user whose keys are meant: the caller when none is named. Others' take the permission. */
  private async owner(caller: Caller, named: string, action: string): Promise<UserRow> {
    const userId = named === '' ? caller.userId : named;
    await this.permissions.requireOwnOr(caller, userId, { action, resource: 'credential/*' });
    return findUser(this.dataSource.manager, caller.domainId, userId);
  }

  private async find(accessKey: string, metadata: Metadata, action: string): Promise<{ caller: Caller; row: AccessKeyRow }> {
    const caller = callerOf(this.callers.read(metadata));
    const row = await findAccessKey(this.dataSource.manager, caller.domainId, accessKey);
    await this.permissions.requireOwnOr(caller, row.userId, { action, resource: `credential/${accessKey}` });
    return { caller, row };
  }
}

function shown({ accessKey, userId, status, description, createdAt }: AccessKeyRow): PermanentAccessKey {
  return { access: accessKey, user_id: userId, status, description, create_time: timestamp(createdAt) };
}

function readStatus(status: string): AccessKeyStatus {
  if (status === 'active' || status === 'inactive') return status;
  throw new WindlassError({ kind: 'invalid', reason: 'STATUS_INVALID', code: 'IAM.0073', message: 'status must be "active" or "inactive".' });
}
