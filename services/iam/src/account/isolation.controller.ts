import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/iam/v1/isolation_service';
import { CallContextReader } from '@windlass/grpc';
import { callerOf } from '../caller.js';
import { operatorOf } from '../operator.js';
import { demandedIsolation } from './account.decider.js';
import type { AccountRow } from './account.entity.js';
import { ShowAccountById } from './list-accounts.js';
import { ManageAccount } from './manage-account.js';

/** The isolation demanded of all functions of an account, by itself and by the operator. */
@Controller()
export class IsolationController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
  ) {}

  @GrpcMethod('IsolationService', 'showIsolation')
  async showIsolation(_request: rpc.ShowIsolationRequest, metadata: Metadata): Promise<rpc.Isolation> {
    const { domainId } = callerOf(this.callers.read(metadata));
    return view(await this.queries.execute(new ShowAccountById(domainId)));
  }

  @GrpcMethod('IsolationService', 'setIsolation')
  async setIsolation({ isolation }: rpc.SetIsolationRequest, metadata: Metadata): Promise<rpc.Isolation> {
    const caller = callerOf(this.callers.read(metadata));
    return view(await this.commands.execute(new ManageAccount(caller.domainId, { type: 'DemandIsolation', by: 'account', isolation }, caller.metadata)));
  }

  @GrpcMethod('IsolationService', 'showAccountIsolation')
  async showAccountIsolation({ account_id }: rpc.ShowAccountIsolationRequest, metadata: Metadata): Promise<rpc.Isolation> {
    operatorOf(this.callers.read(metadata));
    return view(await this.queries.execute(new ShowAccountById(account_id)));
  }

  @GrpcMethod('IsolationService', 'setAccountIsolation')
  async setAccountIsolation({ account_id, isolation }: rpc.SetAccountIsolationRequest, metadata: Metadata): Promise<rpc.Isolation> {
    const operator = operatorOf(this.callers.read(metadata));
    return view(await this.commands.execute(new ManageAccount(account_id, { type: 'DemandIsolation', by: 'operator', isolation }, operator.metadata)));
  }
}

function view({ isolation }: AccountRow): rpc.Isolation {
  return { isolation: demandedIsolation(isolation), demanded_by_account: isolation.account, demanded_by_operator: isolation.operator };
}
