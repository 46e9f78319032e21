import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { DataSource, IsNull } from 'typeorm';
import { AgencyRow, trustOf, trustsFunctionService } from '../agency/index.js';
import { Clock } from '../clock.js';
import { isId } from '../id.js';
import { isTitle, nameKey } from '../name-rule.js';
import { notFound } from '../not-found.js';
import { ProjectRow } from '../project/index.js';
import { REGION } from '../settings.js';
import { issueToken } from '../token/index.js';
import { endOfLife } from './credential-life.js';
import { CredentialIssuer, type IssuedCredential } from './issue-credential.js';

/** Makes credentials with which a function acts through an agency of its account: a temporary access key and a token. */
export class IssueForService extends Command<ServiceCredential> {
  constructor(
    readonly domainId: string,
    /** By id or by name. */
    readonly agency: { readonly id: string; readonly name: string },
    readonly seconds: number,
    /** The project the token is for; empty: the one of the region. */
    readonly projectId: string,
  ) {
    super();
  }
}

export interface ServiceCredential extends IssuedCredential {
  readonly authToken: string;
  readonly agency: AgencyRow;
}

@CommandHandler(IssueForService)
export class IssueForServiceHandler implements ICommandHandler<IssueForService> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly issuer: CredentialIssuer,
    private readonly clock: Clock,
    @Inject(REGION) private readonly region: string,
  ) {}

  async execute({ domainId, agency: reference, seconds, projectId }: IssueForService): Promise<ServiceCredential> {
    const now = this.clock.now();
    const agency = await this.find(domainId, reference);
    if (!trustsFunctionService(trustOf(agency))) throw notTrusting(agency);
    if (agency.account.status !== 'active') throw unusable('ACCOUNT_NOT_ACTIVE', `the account is ${agency.account.status}`);
    if (agency.expiresAt !== null && agency.expiresAt <= now) throw unusable('AGENCY_EXPIRED', `the agency "${agency.name}" has expired`);

    const expiresAt = endOfLife(now, seconds, agency.expiresAt ?? undefined);
    const project = await this.findProject(domainId, projectId);
    const holder = { kind: 'agency' as const, agency, assumedBy: undefined };
    return this.dataSource.transaction(async (manager) => {
      const credential = await this.issuer.issue(manager, { userId: null, agencyId: agency.agencyId }, { now, expiresAt });
      const token = await issueToken(manager, { holder, project, methods: ['assume_role'], issuedAt: now, expiresAt });
      return { ...credential, authToken: token.value, agency };
    });
  }

  private async findProject(domainId: string, projectId: string): Promise<ProjectRow | undefined> {
    const { manager } = this.dataSource;
    if (projectId === '') return (await manager.findOneBy(ProjectRow, { domainId, name: this.region, parentId: IsNull() })) ?? undefined;
    const project = isId(projectId) ? await manager.findOneBy(ProjectRow, { domainId, projectId }) : null;
    if (project === null) throw notFound('project', projectId);
    return project;
  }

  private async find(domainId: string, { id, name }: { readonly id: string; readonly name: string }): Promise<AgencyRow> {
    const canExist = isId(domainId) && (id === '' ? isTitle(name) : isId(id));
    const where = id === '' ? { nameKey: nameKey(name) } : { agencyId: id };
    const agency = canExist ? await this.dataSource.manager.findOne(AgencyRow, { where: { domainId, ...where }, relations: { account: true } }) : null;
    if (agency === null) throw notFound('agency', id || name);
    return agency;
  }
}

function notTrusting({ name, trustDomainName }: AgencyRow): WindlassError {
  return unusable('AGENCY_NOT_TRUSTING', `the agency "${name}" trusts ${trustDomainName} and not FunctionGraph (op_svc_cff)`);
}

function unusable(reason: string, detail: string): WindlassError {
  return new WindlassError({ kind: 'forbidden', reason, code: 'IAM.0002', message: `The function cannot act through its agency: ${detail}.` });
}
