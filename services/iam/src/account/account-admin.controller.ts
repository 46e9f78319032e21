import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/iam/v1/account_admin_service';
import { CallContextReader } from '@windlass/grpc';
import { operatorOf } from '../operator.js';
import type { AccountRow } from './account.entity.js';
import { ListAccounts, ShowAccountById } from './list-accounts.js';
import { ManageAccount } from './manage-account.js';

/** Accounts as operators see and change them. */
@Controller()
export class AccountAdminController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
  ) {}

  @GrpcMethod('AccountAdminService', 'listAccounts')
  async listAccounts(request: rpc.ListAccountsRequest, metadata: Metadata): Promise<rpc.ListAccountsResponse> {
    operatorOf(this.callers.read(metadata));
    const { rows, total } = await this.queries.execute(new ListAccounts(request));
    return { accounts: rows.map(view), total_count: total };
  }

  @GrpcMethod('AccountAdminService', 'showAccountDetails')
  async showAccountDetails(request: rpc.ShowAccountDetailsRequest, metadata: Metadata): Promise<rpc.ShowAccountDetailsResponse> {
    operatorOf(this.callers.read(metadata));
    return { account: view(await this.queries.execute(new ShowAccountById(request.account_id))) };
  }

  @GrpcMethod('AccountAdminService', 'suspendAccount')
  suspendAccount(request: rpc.ChangeAccountStatusRequest, metadata: Metadata): Promise<rpc.ShowAccountDetailsResponse> {
    return this.changeStatus('SuspendAccount', request, metadata);
  }

  @GrpcMethod('AccountAdminService', 'resumeAccount')
  resumeAccount(request: rpc.ChangeAccountStatusRequest, metadata: Metadata): Promise<rpc.ShowAccountDetailsResponse> {
    return this.changeStatus('ResumeAccount', request, metadata);
  }

  @GrpcMethod('AccountAdminService', 'closeAccount')
  closeAccount(request: rpc.ChangeAccountStatusRequest, metadata: Metadata): Promise<rpc.ShowAccountDetailsResponse> {
    return this.changeStatus('CloseAccount', request, metadata);
  }

  @GrpcMethod('AccountAdminService', 'showAccountQuotas')
  async showAccountQuotas(request: rpc.ShowAccountQuotasRequest, metadata: Metadata): Promise<rpc.AccountQuotas> {
    operatorOf(this.callers.read(metadata));
    return quotasOf(await this.queries.execute(new ShowAccountById(request.account_id)));
  }

  @GrpcMethod('AccountAdminService', 'setAccountQuotas')
  async setAccountQuotas({ account_id, quotas }: rpc.SetAccountQuotasRequest, metadata: Metadata): Promise<rpc.AccountQuotas> {
    const operator = operatorOf(this.callers.read(metadata));
    return quotasOf(await this.commands.execute(new ManageAccount(account_id, { type: 'SetQuotas', quotas }, operator.metadata)));
  }

  private async changeStatus(
    type: 'SuspendAccount' | 'ResumeAccount' | 'CloseAccount',
    { account_id, reason }: rpc.ChangeAccountStatusRequest,
    metadata: Metadata,
  ): Promise<rpc.ShowAccountDetailsResponse> {
    const operator = operatorOf(this.callers.read(metadata));
    return { account: view(await this.commands.execute(new ManageAccount(account_id, { type, reason }, operator.metadata))) };
  }
}

function view(row: AccountRow): rpc.Account {
  return {
    id: row.domainId,
    name: row.name,
    status: row.status,
    status_reason: row.statusReason,
    status_changed_at: row.statusChangedAt.toISOString(),
    created_at: row.createdAt.toISOString(),
    is_operator: row.isOperator,
  };
}

function quotasOf({ quotas }: AccountRow): rpc.AccountQuotas {
  return { quotas: { ...quotas } };
}
