import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateVersionAliasRequest, DeleteVersionAliasRequest, UpdateVersionAliasRequest, VersionAlias } from '@windlass/contracts/registry/v1/alias_service';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { FunctionStreams } from '../function/function-streams.js';
import { refusal } from '../refusal.js';
import { TriggerStreams } from '../trigger/trigger-streams.js';
import { readAdditionalVersion, readAliasDescription, requireAliasName, type AliasFields } from './alias-fields.js';
import { activeAlias, type AliasRecord } from './alias.state.js';
import { viewAlias } from './alias-view.js';
import { createAlias, deleteAlias, replaceAlias } from './change-alias.decider.js';

export class CreateAliasCommand extends Command<VersionAlias> {
  constructor(
    readonly caller: Caller,
    readonly request: CreateVersionAliasRequest,
  ) {
    super();
  }
}

@CommandHandler(CreateAliasCommand)
export class CreateAliasHandler implements ICommandHandler<CreateAliasCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: CreateAliasCommand): Promise<VersionAlias> {
    const urn = request.function_urn;
    const { record } = await this.lookup.find(caller, urn);
    const name = requireAliasName(request.name);
    if (request.version === '') throw refusal('invalid', 'FSS.1015', 'VERSION_MISSING', 'version is missing: the version that the alias points to.');
    const command = { urn, name, version: request.version, ...readWish(request), now: this.clock.now().toISOString() };
    return viewAlias(record, activeAlias(await this.streams.execute(caller, record, createAlias, command), name));
  }
}

export class ReplaceAliasCommand extends Command<VersionAlias> {
  constructor(
    readonly caller: Caller,
    readonly request: UpdateVersionAliasRequest,
  ) {
    super();
  }
}

@CommandHandler(ReplaceAliasCommand)
export class ReplaceAliasHandler implements ICommandHandler<ReplaceAliasCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: ReplaceAliasCommand): Promise<VersionAlias> {
    const { function_urn: urn, alias_name: name, version } = request;
    const { record } = await this.lookup.find(caller, urn);
    const command = { urn, name, version: version === '' ? undefined : version, ...readWish(request), now: this.clock.now().toISOString() };
    return viewAlias(record, activeAlias(await this.streams.execute(caller, record, replaceAlias, command), name));
  }
}

export class DeleteAliasCommand extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly request: DeleteVersionAliasRequest,
  ) {
    super();
  }
}

@CommandHandler(DeleteAliasCommand)
export class DeleteAliasHandler implements ICommandHandler<DeleteAliasCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly triggers: TriggerStreams,
  ) {}

  async execute({ caller, request }: DeleteAliasCommand): Promise<void> {
    const { function_urn: urn, alias_name: name } = request;
    const row = await this.lookup.find(caller, urn);
    await this.streams.execute(caller, row.record, deleteAlias, { urn, name }, (manager, events) => this.triggers.endOf(manager, caller, row, events));
  }
}

function readWish(fields: AliasFields): { description: string; additional: AliasRecord['additional'] } {
  return { description: readAliasDescription(fields.description), additional: readAdditionalVersion(fields) };
}
