import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import { AccountCopy } from '@windlass/accounts';
import type { ShowUserQuotasRequest, ShowUserQuotasResponse } from '@windlass/contracts/kms/v1/key_quota_service';
import { CallContextReader } from '@windlass/grpc';
import { DataSource } from 'typeorm';
import { callerOf } from '../caller.js';
import { KeyTable } from '../key/index.js';

@Controller()
export class KeyQuotaController {
  constructor(
    private readonly context: CallContextReader,
    private readonly keys: KeyTable,
    private readonly accounts: AccountCopy,
    private readonly dataSource: DataSource,
  ) {}

  @GrpcMethod('KeyQuotaService', 'showUserQuotas')
  async showUserQuotas({ project_id }: ShowUserQuotasRequest, metadata: Metadata): Promise<ShowUserQuotasResponse> {
    const { domainId } = callerOf(this.context.read(metadata), { project_id, sequence: '' });
    const [used, quota] = await Promise.all([this.keys.count(domainId), this.accounts.quota(this.dataSource.manager, domainId, 'CMK')]);
    return { quotas: { resources: [{ type: 'CMK', used, quota }] } };
  }
}
