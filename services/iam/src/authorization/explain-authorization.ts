import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { EventStore, type StoredEvent } from '@windlass/event-store';
import {
  describeRequest,
  evaluateInEnterpriseProject,
  evaluateScoped,
  formatResourceName,
  parseResourceName,
  type Context,
  type Place,
  type Reach,
  type ScopedDecision,
} from '@windlass/policy-engine';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import { exists as enterpriseProjectExists } from '../enterprise-project/index.js';
import { isId } from '../id.js';
import { notFound } from '../not-found.js';
import { ProjectRow } from '../project/index.js';
import { decidingEvents } from './deciding-events.js';
import { effectivePolicyOf, type EffectivePolicy, type PolicyHolder } from './effective-policy.js';
import { statementsOf, type GrantedStatement } from './scoped-grant.js';

export interface Question {
  readonly holder: PolicyHolder;
  readonly domainName: string;
  /** Empty for an action of a global service. */
  readonly projectId: string;
  /** Empty for all of them. */
  readonly enterpriseProjectId: string;
  readonly action: string;
  /** Five parts, `type:path`, or empty for every resource. */
  readonly resource: string;
  readonly context: Context;
}

export interface Explanation {
  readonly decision: 'allow' | 'deny';
  readonly reason: 'ACCOUNT_ADMINISTRATOR' | ScopedDecision<GrantedStatement>['reason'];
  readonly resource: string;
  readonly reach: Reach;
  /** Of the account, when a grant is scoped to one of them. */
  readonly enterpriseProjectIds: readonly string[];
  readonly statements: readonly GrantedStatement[];
  readonly events: readonly StoredEvent[];
}

/** Whether somebody may do something, decided as the edge decides it, with everything that led there. */
export class ExplainAuthorization extends Query<Explanation> {
  constructor(readonly question: Question) {
    super();
  }
}

@QueryHandler(ExplainAuthorization)
export class ExplainAuthorizationHandler implements IQueryHandler<ExplainAuthorization> {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  async execute({ question }: ExplainAuthorization): Promise<Explanation> {
    requireAction(question.action);
    const { manager } = this.store.dataSource;
    const { holder } = question;
    const project = question.projectId === '' ? undefined : await findProject(manager, holder.domainId, question.projectId);
    await requireEnterpriseProject(manager, holder.domainId, question.enterpriseProjectId);
    const policy = await effectivePolicyOf(manager, holder);
    const { resource, ...decided } = decide(question, policy, project, this.clock.now());
    const events = await decidingEvents(this.store, holder, decided);
    return { ...decided, resource, events, enterpriseProjectIds: policy.enterpriseProjectIds };
  }
}

/** The decision on a question, from what is granted. */
export function decide(question: Question, policy: EffectivePolicy, project: ProjectRow | undefined, now: Date): Omit<Explanation, 'events' | 'enterpriseProjectIds'> {
  const { holder, domainName, action, context, enterpriseProjectId } = question;
  const user = holder.type === 'user' ? { userId: holder.id, userName: policy.name } : { userId: '', userName: '' };
  const caller = { domainId: holder.domainId, domainName, projectName: project?.name ?? '', ...user };
  const request = describeRequest({ action, resource: readResource(question), caller, now, context });
  const resource = formatResourceName(request.resource);
  const everything: Reach = { kind: 'all' };
  if (policy.accountAdministrator) return { decision: 'allow', reason: 'ACCOUNT_ADMINISTRATOR', resource, reach: everything, statements: [] };

  const place: Place = project === undefined ? { kind: 'domain' } : { kind: 'project', id: project.projectId };
  const statements = statementsOf(policy.grants);
  if (enterpriseProjectId === '') {
    const { by, ...decided } = evaluateScoped(request, place, statements);
    return { ...decided, resource, statements: by };
  }
  const { by, ...decided } = evaluateInEnterpriseProject(request, place, enterpriseProjectId, statements);
  return { ...decided, resource, statements: by, reach: { kind: 'only', ids: decided.decision === 'allow' ? [enterpriseProjectId] : [] } };
}

function readResource({ action, resource }: Question): Parameters<typeof describeRequest>[0]['resource'] {
  if (resource === '') return '*:*';
  const ofItsService = resource.toLowerCase().startsWith(`${action.split(':')[0]}:`.toLowerCase());
  return (ofItsService ? parseResourceName(resource) : undefined) ?? resource;
}

function requireAction(action: string): void {
  if (/^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+){2}$/.test(action)) return;
  throw new WindlassError({
    kind: 'invalid',
    reason: 'ACTION_INVALID',
    code: 'IAM.0073',
    message: 'action must be service:type:operation, such as "functiongraph:function:invoke".',
  });
}

async function findProject(manager: EntityManager, domainId: string, projectId: string): Promise<ProjectRow> {
  const project = isId(projectId) ? await manager.findOneBy(ProjectRow, { projectId, domainId }) : null;
  if (project !== null) return project;
  throw notFound('project', projectId);
}

async function requireEnterpriseProject(manager: EntityManager, domainId: string, id: string): Promise<void> {
  if (id === '' || (await enterpriseProjectExists(manager, domainId, id))) return;
  throw new WindlassError({ kind: 'not_found', reason: 'ENTERPRISE_PROJECT_UNKNOWN', code: 'IAM.0004', message: `Could not find enterprise project: ${id}.` });
}
