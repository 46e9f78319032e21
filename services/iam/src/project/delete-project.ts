import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { TokenRow } from '../token/index.js';
import { findProject } from './find-project.js';
import { project, projectStream } from './project.decider.js';
import { projectProject } from './project.entity.js';

/** Deletes a project of the caller's account, and the tokens that were issued for it. */
export class DeleteProject extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly projectId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteProject)
export class DeleteProjectHandler implements ICommandHandler<DeleteProject> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller: { domainId, metadata }, projectId }: DeleteProject): Promise<void> {
    await this.store.transaction(async (manager) => {
      await findProject(manager, domainId, projectId);
      await this.store.executeIn(manager, {
        streamId: projectStream(projectId),
        tenant: domainId,
        decider: project,
        command: { type: 'DeleteProject' },
        metadata,
        project: projectProject,
      });
      await manager.delete(TokenRow, { projectId });
    });
  }
}
