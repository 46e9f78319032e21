import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import type { Caller } from '../caller.js';
import { TokenRow } from '../token/index.js';
import { findProject } from './find-project.js';
import { project, projectStream } from './project.decider.js';
import { projectProject } from './project.entity.js';
import { ResourceCounter } from './resource-counter.js';

/** Deletes a project of the caller's account, which must hold nothing, and the tokens that were issued for it. */
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
  constructor(
    private readonly store: EventStore,
    private readonly resources: ResourceCounter,
  ) {}

  async execute({ caller, projectId }: DeleteProject): Promise<void> {
    const { domainId, metadata } = caller;
    await findProject(this.store.dataSource.manager, domainId, projectId);
    // Asked before the transaction, which waits for no other service.
    const holds = await this.resources.count(caller, projectId);
    await this.store.transaction(async (manager) => {
      await this.store.executeIn(manager, {
        streamId: projectStream(projectId),
        tenant: domainId,
        decider: project,
        command: { type: 'DeleteProject', holds },
        metadata,
        project: projectProject,
      });
      await manager.delete(TokenRow, { projectId });
    });
  }
}
