import { type IQueryHandler, Query, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { DataSource, type EntityManager } from 'typeorm';
import { AccountRow } from '../account/index.js';
import { AgencyRow, ShowAgencyState, type AgencyState } from '../agency/index.js';
import { Clock } from '../clock.js';
import { nameKey } from '../name-rule.js';
import { findProject } from '../project/index.js';
import { effectivePolicyOf, type PolicyHolder } from './effective-policy.js';
import { decide } from './explain-authorization.js';
import { reachedIds } from './reached-ids.js';

/** Who wants something: a user or an agency by its id, or an agency by its name, for a service that it trusts. */
export type ActingHolder = PolicyHolder | { readonly domainId: string; readonly type: 'agency_of_service'; readonly name: string; readonly service: string };

export interface WantedAction {
  readonly action: string;
  /** `type:path`. */
  readonly resource: string;
}

export interface ActionDecision {
  readonly action: string;
  /** In five parts. */
  readonly resource: string;
  readonly allowed: boolean;
  readonly allEnterpriseProjects: boolean;
  readonly enterpriseProjectIds: readonly string[];
}

export interface DecidedActions {
  /** Of an agency that was named; `usable` for every other holder. */
  readonly agencyState: AgencyState;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly domainName: string;
  readonly projectName: string;
  readonly decisions: readonly ActionDecision[];
}

/** What somebody may do in a project, as the edge would decide it. */
export class DecideActions extends Query<DecidedActions> {
  constructor(
    readonly holder: ActingHolder,
    readonly projectId: string,
    readonly actions: readonly WantedAction[],
  ) {
    super();
  }
}

@QueryHandler(DecideActions)
export class DecideActionsHandler implements IQueryHandler<DecideActions> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  async execute({ holder, projectId, actions }: DecideActions): Promise<DecidedActions> {
    const { manager } = this.dataSource;
    const { domainId } = holder;
    const project = await findProject(manager, domainId, projectId);
    if (holder.type === 'agency_of_service') {
      const agencyState = await this.queries.execute(new ShowAgencyState(holder.service, domainId, holder.name));
      if (agencyState !== 'usable') return { agencyState, agencyId: '', agencyName: holder.name, domainName: '', projectName: project.name, decisions: [] };
    }
    const acting = await actingHolder(manager, holder);
    const policy = await effectivePolicyOf(manager, acting);
    const { name: domainName } = await manager.findOneByOrFail(AccountRow, { domainId });
    const now = this.clock.now();
    const decisions = actions.map(({ action, resource: wanted }): ActionDecision => {
      const question = { holder: acting, domainName, projectId, enterpriseProjectId: '', action, resource: wanted, context: {} };
      const { decision, reach, resource } = decide(question, policy, project, now);
      return { action, resource, allowed: decision === 'allow', allEnterpriseProjects: reach.kind === 'all', enterpriseProjectIds: reachedIds(reach, policy.enterpriseProjectIds) };
    });
    const agency = acting.type === 'agency' ? { agencyId: acting.id, agencyName: policy.name } : { agencyId: '', agencyName: '' };
    return { agencyState: 'usable', ...agency, domainName, projectName: project.name, decisions };
  }
}

async function actingHolder(manager: EntityManager, holder: ActingHolder): Promise<PolicyHolder> {
  if (holder.type !== 'agency_of_service') return holder;
  const { domainId, name } = holder;
  const { agencyId } = await manager.findOneByOrFail(AgencyRow, { domainId, nameKey: nameKey(name) });
  return { domainId, type: 'agency', id: agencyId };
}
