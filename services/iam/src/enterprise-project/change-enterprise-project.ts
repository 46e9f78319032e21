import { randomUUID } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import { reachesEnterpriseProject } from '@windlass/principal';
import type { Caller } from '../caller.js';
import { requireRoom } from '../require-room.js';
import { refusingTakenNames } from '../unique-name.js';
import { DEFAULT_ENTERPRISE_PROJECT, invalid, isEnterpriseProjectId } from './enterprise-project-rule.js';
import {
  enterpriseProject,
  enterpriseProjectMissing,
  enterpriseProjectStream,
  nameTaken,
  type EnterpriseProjectCommand,
} from './enterprise-project.decider.js';
import { ENTERPRISE_PROJECT_NAME_UNIQUE, EnterpriseProjectRow, projectEnterpriseProject } from './enterprise-project.entity.js';
import { ProjectResources } from './project-resources.js';

type Change = Exclude<EnterpriseProjectCommand, { readonly type: 'CreateEnterpriseProject' }>;

/** Answers the new id. */
export class CreateEnterpriseProject extends Command<string> {
  constructor(
    readonly caller: Caller,
    readonly wanted: { readonly name: string; readonly description: string; readonly projectType: string },
  ) {
    super();
  }
}

@CommandHandler(CreateEnterpriseProject)
export class CreateEnterpriseProjectHandler implements ICommandHandler<CreateEnterpriseProject> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller, wanted }: CreateEnterpriseProject): Promise<string> {
    const id = randomUUID();
    const { domainId, metadata } = caller;
    await refusingTakenNames(ENTERPRISE_PROJECT_NAME_UNIQUE, () => nameTaken(wanted.name), () =>
      this.store.execute({
        streamId: enterpriseProjectStream(id),
        tenant: domainId,
        decider: enterpriseProject,
        command: { type: 'CreateEnterpriseProject', id, domainId, ...wanted },
        metadata,
        project: async (manager, events) => {
          await requireRoom(manager, domainId, { quota: 'enterprise_project', rows: EnterpriseProjectRow, code: 'EPS.0403' });
          await projectEnterpriseProject(manager, events);
        },
      }),
    );
    return id;
  }
}

/** Changes, enables, disables or deletes one. The default one stays as it is. */
export class ChangeEnterpriseProject extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly id: string,
    readonly change: Change,
  ) {
    super();
  }
}

@CommandHandler(ChangeEnterpriseProject)
export class ChangeEnterpriseProjectHandler implements ICommandHandler<ChangeEnterpriseProject> {
  constructor(
    private readonly store: EventStore,
    private readonly resources: ProjectResources,
  ) {}

  async execute({ caller, id, change }: ChangeEnterpriseProject): Promise<void> {
    const { domainId, metadata, principal } = caller;
    if (id === DEFAULT_ENTERPRISE_PROJECT.id) throw invalid('DEFAULT_PROTECTED', 'The default enterprise project cannot be changed, disabled or deleted.');
    if (!isEnterpriseProjectId(id) || !reachesEnterpriseProject(principal, id)) throw enterpriseProjectMissing();
    const { manager } = this.store.dataSource;
    if (!(await manager.existsBy(EnterpriseProjectRow, { id, domainId }))) throw enterpriseProjectMissing();
    if (change.type === 'DeleteEnterpriseProject') await this.requireEmpty(caller, id);
    const name = change.type === 'ChangeEnterpriseProject' ? (change.name ?? '') : '';
    await refusingTakenNames(ENTERPRISE_PROJECT_NAME_UNIQUE, () => nameTaken(name), () =>
      this.store.execute({
        streamId: enterpriseProjectStream(id),
        tenant: domainId,
        decider: enterpriseProject,
        command: change,
        metadata,
        project: projectEnterpriseProject,
      }),
    );
  }

  private async requireEmpty(caller: Caller, id: string): Promise<void> {
    const { total_count: count } = await this.resources.list(caller, { enterprise_project_id: id, limit: 1 });
    if (count === 0) return;
    throw invalid('ENTERPRISE_PROJECT_IN_USE', `The enterprise project still has ${count} resources. Move or delete them first.`);
  }
}
