import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { ShowAccountAtRequest, ShowAccountAtResponse } from '@windlass/contracts/iam/v1/account_history_service';
import { CallContextReader } from '@windlass/grpc';
import { PastAccount } from './past-account.js';

/** For services that show their quotas as of a time. */
@Controller()
export class AccountHistoryController {
  constructor(
    private readonly calls: CallContextReader,
    private readonly past: PastAccount,
  ) {}

  @GrpcMethod('AccountHistoryService', 'showAccountAt')
  async showAccountAt({ time }: ShowAccountAtRequest, metadata: Metadata): Promise<ShowAccountAtResponse> {
    const { domain_id: domainId } = this.calls.read(metadata).principal;
    const account = await this.past.account(domainId, await this.past.moment(domainId, time));
    return account.status === 'absent' ? { status: '', quotas: {} } : { status: account.status, quotas: { ...account.quotas } };
  }
}
