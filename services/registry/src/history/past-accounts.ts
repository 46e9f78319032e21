import { Metadata } from '@grpc/grpc-js';
import type { OnModuleDestroy } from '@nestjs/common';
import type { OwnQuotas } from '@windlass/accounts';
import type { AccountHistoryServiceClient } from '@windlass/contracts/iam/v1/account_history_service';
import type { Remote } from '@windlass/grpc';
import type { PrincipalSigner } from '@windlass/principal';
import type { Caller } from '../caller/caller.js';

/** What iam knows of the past of the caller's account. */
export class PastAccounts implements OnModuleDestroy {
  constructor(
    private readonly accounts: Remote<AccountHistoryServiceClient>,
    private readonly signer: PrincipalSigner,
  ) {}

  /** Quotas that an operator had set for it. */
  async quotas(caller: Caller, at: Date): Promise<OwnQuotas> {
    const metadata = new Metadata();
    this.signer.attach(metadata, caller.principal, caller.metadata);
    return (await this.accounts.showAccountAt({ time: at.toISOString() }, { metadata })).quotas;
  }

  onModuleDestroy(): void {
    this.accounts.close();
  }
}
