import type { Metadata } from '@grpc/grpc-js';
import { QUOTAS } from '@windlass/accounts';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { QuotaAnswer, ShowDomainQuotaRequest, ShowProjectQuotaRequest } from '@windlass/contracts/iam/v1/quota_service';
import { WindlassError } from '@windlass/errors';
import { CallContextReader } from '@windlass/grpc';
import type { Moment } from '@windlass/resource-history';
import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { AgencyRow } from '../agency/index.js';
import { callerOf, requireOwnDomain } from '../caller.js';
import { GroupRow } from '../group/index.js';
import { PastAccount, type CountedQuota } from '../history/index.js';
import { isId } from '../id.js';
import { notFound } from '../not-found.js';
import { ProjectRow } from '../project/index.js';
import { CustomPolicyRow } from '../role/index.js';
import { UserRow } from '../user/index.js';
import { ownQuota } from './own-quota.js';

/** Quotas of what iam keeps, with the bounds the real API shows for them. */
const OF_DOMAIN = {
  user: { rows: UserRow, min: 50, max: 1000 },
  group: { rows: GroupRow, min: 10, max: 300 },
  agency: { rows: AgencyRow, min: 10, max: 300 },
  policy: { rows: CustomPolicyRow, min: 128, max: 300 },
} as const satisfies Record<string, QuotaShown>;
const OF_PROJECTS = { rows: ProjectRow, min: 0, max: 50 } satisfies QuotaShown;

interface QuotaShown {
  readonly rows: EntityTarget<ObjectLiteral & { domainId: string }>;
  readonly min: number;
  readonly max: number;
}

@Controller()
export class QuotaController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly callers: CallContextReader,
    private readonly past: PastAccount,
  ) {}

  @GrpcMethod('QuotaService', 'showDomainQuota')
  async showDomainQuota({ domain_id, type, as_of: asOf }: ShowDomainQuotaRequest, metadata: Metadata): Promise<QuotaAnswer> {
    const caller = callerOf(this.callers.read(metadata));
    requireOwnDomain(caller, domain_id);
    const types = (Object.keys(OF_DOMAIN) as (keyof typeof OF_DOMAIN)[]).filter((candidate) => type === '' || candidate === type);
    if (types.length === 0) throw unknownType(type);
    const moment = asOf === undefined ? undefined : await this.past.moment(caller.domainId, asOf);
    const resources = await Promise.all(types.map((each) => this.show(caller.domainId, each, OF_DOMAIN[each], moment)));
    return { quotas: { resources } };
  }

  @GrpcMethod('QuotaService', 'showProjectQuota')
  async showProjectQuota({ project_id: projectId, as_of: asOf }: ShowProjectQuotaRequest, metadata: Metadata): Promise<QuotaAnswer> {
    const { domainId } = callerOf(this.callers.read(metadata));
    const isOwn = isId(projectId) && (await this.dataSource.manager.existsBy(ProjectRow, { projectId, domainId }));
    if (!isOwn) throw notFound('project', projectId);
    const moment = asOf === undefined ? undefined : await this.past.moment(domainId, asOf);
    return { quotas: { resources: [await this.show(domainId, 'project', OF_PROJECTS, moment)] } };
  }

  /** An operator may set a quota beyond the documented bounds; what is shown always holds min <= quota <= max. */
  private async show(domainId: string, type: keyof typeof OF_DOMAIN | 'project', { rows, min, max }: QuotaShown, moment: Moment | undefined) {
    const { manager } = this.dataSource;
    const used = moment ? this.past.count(domainId, type, moment) : manager.countBy(rows, { domainId });
    const quota = moment ? this.pastQuota(domainId, type, moment) : ownQuota(manager, domainId, type);
    return this.view(type, await used, await quota, { min, max });
  }

  private async pastQuota(domainId: string, type: CountedQuota, moment: Moment): Promise<number> {
    const account = await this.past.account(domainId, moment);
    return (account.status === 'absent' ? undefined : account.quotas[type]) ?? QUOTAS[type].preset;
  }

  private view(type: string, used: number, quota: number, { min, max }: Pick<QuotaShown, 'min' | 'max'>) {
    return { type, used, quota, min: Math.min(min, quota), max: Math.max(max, quota) };
  }
}

function unknownType(type: string): WindlassError {
  return new WindlassError({
    kind: 'invalid',
    reason: 'QUOTA_TYPE_UNKNOWN',
    code: 'IAM.0007',
    message: `type must be one of ${Object.keys(OF_DOMAIN).join(', ')}, not "${type.slice(0, 32)}".`,
  });
}
