import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { refusingTakenNames } from '../unique-name.js';
import { findProject } from './find-project.js';
import { project, projectNameTaken, projectStream } from './project.decider.js';
import { PROJECT_NAME_UNIQUE, projectProject, ProjectRow } from './project.entity.js';

/** Renames or describes a project of the caller's account. What is absent stays as it is. */
export class ChangeProject extends Command<ProjectRow> {
  constructor(
    readonly caller: Caller,
    readonly projectId: string,
    readonly change: { readonly name?: string | undefined; readonly description?: string | undefined },
  ) {
    super();
  }
}

@CommandHandler(ChangeProject)
export class ChangeProjectHandler implements ICommandHandler<ChangeProject> {
  constructor(private readonly store: EventStore) {}

  execute({ caller: { domainId, metadata }, projectId, change }: ChangeProject): Promise<ProjectRow> {
    return refusingTakenNames(PROJECT_NAME_UNIQUE, () => projectNameTaken(change.name ?? ''), () =>
      this.store.transaction(async (manager) => {
        await findProject(manager, domainId, projectId);
        await this.store.executeIn(manager, {
          streamId: projectStream(projectId),
          tenant: domainId,
          decider: project,
          command: { type: 'ChangeProject', ...change },
          metadata,
          project: projectProject,
        });
        return manager.findOneByOrFail(ProjectRow, { projectId });
      }),
    );
  }
}
