import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { requireTriggerId } from './trigger.errors.js';
import { TriggerStreams } from './trigger-streams.js';
import { requireTriggerType } from './show-trigger.js';

export class DeleteTriggerCommand extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
    readonly trigger: { readonly type: string; readonly id: string },
  ) {
    super();
  }
}

@CommandHandler(DeleteTriggerCommand)
export class DeleteTriggerHandler implements ICommandHandler<DeleteTriggerCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly triggers: TriggerStreams,
  ) {}

  async execute({ caller, urn, trigger }: DeleteTriggerCommand): Promise<void> {
    const { row, qualifier } = await this.lookup.locate(caller, urn);
    requireTriggerType(trigger.type);
    requireTriggerId(trigger.id);
    await this.triggers.deleteOne(caller, row, qualifier, urn, trigger);
  }
}

export class DeleteAllTriggersCommand extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly urn: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteAllTriggersCommand)
export class DeleteAllTriggersHandler implements ICommandHandler<DeleteAllTriggersCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly triggers: TriggerStreams,
  ) {}

  async execute({ caller, urn }: DeleteAllTriggersCommand): Promise<void> {
    const { row, qualifier } = await this.lookup.locate(caller, urn);
    await this.triggers.deleteAll(caller, row, qualifier, urn);
  }
}
