import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { GrpcMethod } from '@nestjs/microservices';
import type * as rpc from '@windlass/contracts/iam/v1/enterprise_project_service';
import { CallContextReader } from '@windlass/grpc';
import { DataSource } from 'typeorm';
import { callerOf, type Caller } from '../caller.js';
import { ownQuota } from '../quota/index.js';
import { ChangeEnterpriseProject, CreateEnterpriseProject } from './change-enterprise-project.js';
import { DEFAULT_ENTERPRISE_PROJECT, invalid, isEnterpriseProjectId } from './enterprise-project-rule.js';
import type { EnterpriseProjectCommand } from './enterprise-project.decider.js';
import { EnterpriseProjectRow } from './enterprise-project.entity.js';
import { ListEnterpriseProjects, ShowEnterpriseProject } from './list-enterprise-projects.js';
import { statusNumber } from './select-page.js';

@Controller()
export class EnterpriseProjectController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly callers: CallContextReader,
    private readonly dataSource: DataSource,
  ) {}

  @GrpcMethod('EnterpriseProjectService', 'listEnterpriseProject')
  async listEnterpriseProject(request: rpc.ListEnterpriseProjectRequest, metadata: Metadata): Promise<rpc.ListEnterpriseProjectResponse> {
    const { principal } = this.caller(metadata);
    const { rows, total } = await this.queries.execute(new ListEnterpriseProjects(principal, request));
    return { enterprise_projects: rows.map(view), total_count: total };
  }

  @GrpcMethod('EnterpriseProjectService', 'showEnterpriseProject')
  showEnterpriseProject(request: rpc.ShowEnterpriseProjectRequest, metadata: Metadata): Promise<rpc.EnterpriseProjectAnswer> {
    return this.answer(this.caller(metadata), request.enterprise_project_id);
  }

  @GrpcMethod('EnterpriseProjectService', 'createEnterpriseProject')
  async createEnterpriseProject(request: rpc.CreateEnterpriseProjectRequest, metadata: Metadata): Promise<rpc.EnterpriseProjectAnswer> {
    const caller = this.caller(metadata);
    const { name, description, type } = request;
    const id = await this.commands.execute(new CreateEnterpriseProject(caller, { name, description, projectType: type || 'prod' }));
    return { enterprise_project: view(await this.dataSource.manager.findOneByOrFail(EnterpriseProjectRow, { id })) };
  }

  @GrpcMethod('EnterpriseProjectService', 'updateEnterpriseProject')
  async updateEnterpriseProject(request: rpc.UpdateEnterpriseProjectRequest, metadata: Metadata): Promise<rpc.EnterpriseProjectAnswer> {
    const caller = this.caller(metadata);
    const { enterprise_project_id: id, name, description, type: projectType } = request;
    await this.change(caller, id, { type: 'ChangeEnterpriseProject', name, description, projectType });
    return this.answer(caller, id);
  }

  @GrpcMethod('EnterpriseProjectService', 'actOnEnterpriseProject')
  async actOnEnterpriseProject(request: rpc.ActOnEnterpriseProjectRequest, metadata: Metadata): Promise<rpc.ActOnEnterpriseProjectResponse> {
    await this.change(this.caller(metadata), request.enterprise_project_id, { type: requireAction(request.action) });
    return {};
  }

  @GrpcMethod('EnterpriseProjectService', 'deleteEnterpriseProject')
  async deleteEnterpriseProject(request: rpc.DeleteEnterpriseProjectRequest, metadata: Metadata): Promise<rpc.DeleteEnterpriseProjectResponse> {
    await this.change(this.caller(metadata), request.enterprise_project_id, { type: 'DeleteEnterpriseProject' });
    return {};
  }

  @GrpcMethod('EnterpriseProjectService', 'showEnterpriseProjectQuota')
  async showEnterpriseProjectQuota(_request: rpc.ShowEnterpriseProjectQuotaRequest, metadata: Metadata): Promise<rpc.EnterpriseProjectQuotaAnswer> {
    const { domainId } = this.caller(metadata);
    const { manager } = this.dataSource;
    const [used, quota] = await Promise.all([manager.countBy(EnterpriseProjectRow, { domainId }), ownQuota(manager, domainId, 'enterprise_project')]);
    return { quotas: { resources: [{ type: 'enterprise_project', used, quota }] } };
  }

  /** Internal: other services ask before they put a resource into an enterprise project. */
  @GrpcMethod('EnterpriseProjectDirectoryService', 'showEnterpriseProjectState')
  async showEnterpriseProjectState(request: rpc.ShowEnterpriseProjectStateRequest): Promise<rpc.ShowEnterpriseProjectStateResponse> {
    const { domain_id: domainId, enterprise_project_id: id } = request;
    if (id === DEFAULT_ENTERPRISE_PROJECT.id) return { state: 'enabled' };
    const row = isEnterpriseProjectId(id) ? await this.dataSource.manager.findOneBy(EnterpriseProjectRow, { id, domainId }) : null;
    return { state: row?.status ?? 'absent' };
  }

  private caller(metadata: Metadata): Caller {
    return callerOf(this.callers.read(metadata));
  }

  private change(caller: Caller, id: string, change: Exclude<EnterpriseProjectCommand, { readonly type: 'CreateEnterpriseProject' }>): Promise<void> {
    return this.commands.execute(new ChangeEnterpriseProject(caller, id, change));
  }

  private async answer({ principal }: Caller, id: string): Promise<rpc.EnterpriseProjectAnswer> {
    return { enterprise_project: view(await this.queries.execute(new ShowEnterpriseProject(principal, id))) };
  }
}

function requireAction(action: string): 'EnableEnterpriseProject' | 'DisableEnterpriseProject' {
  if (action === 'enable') return 'EnableEnterpriseProject';
  if (action === 'disable') return 'DisableEnterpriseProject';
  throw invalid('ACTION_INVALID', 'action must be "enable" or "disable".');
}

function view(row: EnterpriseProjectRow): rpc.EnterpriseProject {
  const { id, name, description, type, createdAt, updatedAt } = row;
  const isDefault = id === DEFAULT_ENTERPRISE_PROJECT.id;
  return {
    id,
    name,
    description,
    status: statusNumber(row),
    type,
    created_at: inSeconds(createdAt),
    updated_at: inSeconds(updatedAt),
    delete_flag: !isDefault && row.status === 'disabled',
  };
}

/** The API writes times without fractions. */
function inSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
