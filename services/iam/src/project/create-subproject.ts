import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WindlassError } from '@windlass/errors';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { newId } from '../id.js';
import { requireRoom } from '../require-room.js';
import { refusingTakenNames } from '../unique-name.js';
import { findProject } from './find-project.js';
import { project, projectNameTaken, projectStream } from './project.decider.js';
import { PROJECT_NAME_UNIQUE, projectProject, ProjectRow } from './project.entity.js';

/** Creates a project beneath that of a region, in the caller's account. */
export class CreateSubproject extends Command<ProjectRow> {
  constructor(
    readonly caller: Caller,
    readonly wanted: { readonly parentId: string; readonly name: string; readonly description: string },
  ) {
    super();
  }
}

@CommandHandler(CreateSubproject)
export class CreateSubprojectHandler implements ICommandHandler<CreateSubproject> {
  constructor(private readonly store: EventStore) {}

  execute({ caller: { domainId, metadata }, wanted: { parentId, name, description } }: CreateSubproject): Promise<ProjectRow> {
    const projectId = newId();
    return refusingTakenNames(PROJECT_NAME_UNIQUE, () => projectNameTaken(name), () =>
      this.store.transaction(async (manager) => {
        await requireRoom(manager, domainId, { quota: 'project', rows: ProjectRow });
        const above = await findProject(manager, domainId, parentId);
        if (above.parentId !== null) throw notOfRegion(above);
        await this.store.executeIn(manager, {
          streamId: projectStream(projectId),
          tenant: domainId,
          decider: project,
          command: { type: 'CreateSubproject', projectId, domainId, name, description, parent: { projectId: above.projectId, name: above.name } },
          metadata,
          project: projectProject,
        });
        return manager.findOneByOrFail(ProjectRow, { projectId });
      }),
    );
  }
}

function notOfRegion({ name }: ProjectRow): WindlassError {
  const message = `parent_id must name the project of a region; "${name}" is itself beneath one.`;
  return new WindlassError({ kind: 'invalid', reason: 'PARENT_INVALID', code: 'IAM.0073', message });
}
