import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Metadata } from '@grpc/grpc-js';
import { AccountCopy } from '@windlass/accounts';
import type { ShowUserInstancesRequest, ShowUserInstancesResponse, ShowUserQuotasRequest, ShowUserQuotasResponse } from '@windlass/contracts/kms/v1/key_quota_service';
import { CallContextReader } from '@windlass/grpc';
import { DataSource } from 'typeorm';
import { callerOf } from '../caller.js';
import { MOST_GRANTS } from '../grant/index.js';
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
    const [used, quota, grants] = await Promise.all([this.keys.count(domainId), this.accounts.quota(this.dataSource.manager, domainId, 'CMK'), this.mostGrants(domainId)]);
    const resources = [
      { type: 'CMK', used, quota },
      { type: 'grant_per_CMK', used: grants, quota: MOST_GRANTS },
    ];
    return { quotas: { resources } };
  }

  @GrpcMethod('KeyQuotaService', 'showUserInstances')
  async showUserInstances({ project_id }: ShowUserInstancesRequest, metadata: Metadata): Promise<ShowUserInstancesResponse> {
    const { domainId } = callerOf(this.context.read(metadata), { project_id, sequence: '' });
    return { instance_num: await this.keys.count(domainId) };
  }

  /** Of the key that has the most. */
  private async mostGrants(domainId: string): Promise<number> {
    const [row] = await this.dataSource.query<{ most: number }[]>(
      `SELECT coalesce(max(count), 0)::integer AS most FROM
         (SELECT count(*) FROM kms.key_grants AS held JOIN kms.keys AS key ON key.id = held.key_id WHERE key.domain_id = $1 GROUP BY held.key_id) AS counted`,
      [domainId],
    );
    return row?.most ?? 0;
  }
}
