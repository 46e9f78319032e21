import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Caller } from '../caller/caller.js';
import { TriggerStreams } from '../trigger/trigger-streams.js';
import { deleteFunction } from './delete-function.decider.js';
import { FunctionLookup } from './function-lookup.js';
import { FunctionStreams } from './function-streams.js';

export class DeleteFunctionCommand extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteFunctionCommand)
export class DeleteFunctionHandler implements ICommandHandler<DeleteFunctionCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly triggers: TriggerStreams,
  ) {}

  /**
   * Deletes the function with its triggers. `latest` is the only version there is, so naming it means the function too:
   * clients pass on the URN that creating gave them, which ends in it.
   */
  async execute({ caller, urn }: DeleteFunctionCommand): Promise<void> {
    const { record } = await this.lookup.find(caller, urn);
    await this.streams.execute(caller, record, deleteFunction, { urn }, async (manager, events) => {
      for (const event of events) await this.triggers.deleteAllOf(manager, caller, event.data.function.funcId);
    });
  }
}
