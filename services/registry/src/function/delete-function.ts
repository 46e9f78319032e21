import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Caller } from '../caller/caller.js';
import { TriggerStreams } from '../trigger/trigger-streams.js';
import { refusal } from '../refusal.js';
import { deleteVersion } from '../version/delete-version.decider.js';
import { deleteFunction } from './delete-function.decider.js';
import { FunctionLookup } from './function-lookup.js';
import { FunctionStreams } from './function-streams.js';
import { LATEST } from './function-urn.js';

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
   * Deletes the function with its versions, aliases and triggers; or, when the URN names a published version, by name or by an
   * alias of it, that version with what points to it. `latest` means the function: clients pass on the URN that creating gave
   * them, which ends in it, and the working version cannot be deleted alone.
   */
  async execute({ caller, urn }: DeleteFunctionCommand): Promise<void> {
    const { row, version, alias } = await this.lookup.locate(caller, urn);
    const { funcId, record } = row;
    if (version !== LATEST) {
      await this.streams.execute(caller, record, deleteVersion, { urn, name: version }, (manager, events) => this.triggers.endOf(manager, caller, row, events));
    } else if (alias === undefined) {
      await this.streams.execute(caller, record, deleteFunction, { urn }, (manager) => this.triggers.deleteAllOf(manager, caller, funcId));
    } else {
      throw refusal('invalid', 'FSS.1015', 'LATEST_NOT_DELETABLE', `The alias ${alias.name} points to latest, which cannot be deleted alone. Delete the alias, or the function.`);
    }
  }
}
