import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DeleteDependencyVersionRequest } from '@windlass/contracts/registry/v1/dependency_service';
import type { Caller } from '../caller/caller.js';
import { Dependencies } from './dependencies.js';
import { DependencyStreams } from './dependency-streams.js';

export class DeleteDependencyVersionCommand extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly request: DeleteDependencyVersionRequest,
  ) {
    super();
  }
}

@CommandHandler(DeleteDependencyVersionCommand)
export class DeleteDependencyVersionHandler implements ICommandHandler<DeleteDependencyVersionCommand> {
  constructor(
    private readonly dependencies: Dependencies,
    private readonly streams: DependencyStreams,
  ) {}

  async execute({ caller, request }: DeleteDependencyVersionCommand): Promise<void> {
    await this.streams.delete(caller, await this.dependencies.version(caller, request.depend_id, request.version));
  }
}
