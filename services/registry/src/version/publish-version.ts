import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { FunctionMessage } from '@windlass/contracts/registry/v1/function';
import type { CreateFunctionVersionRequest } from '@windlass/contracts/registry/v1/version_service';
import { readAliasDescription } from '../alias/alias-fields.js';
import type { Caller } from '../caller/caller.js';
import { Clock } from '../clock.js';
import { FunctionSeals } from '../customer-key/function-seals.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { FunctionStreams } from '../function/function-streams.js';
import { viewFunction } from '../function/function-view.js';
import { activeVersion } from './version.state.js';
import { publishVersion } from './publish-version.decider.js';
import { readVersionName } from './version-name.js';

export class PublishVersionCommand extends Command<FunctionMessage> {
  constructor(
    readonly caller: Caller,
    readonly request: CreateFunctionVersionRequest,
  ) {
    super();
  }
}

@CommandHandler(PublishVersionCommand)
export class PublishVersionHandler implements ICommandHandler<PublishVersionCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
    private readonly seals: FunctionSeals,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, request }: PublishVersionCommand): Promise<FunctionMessage> {
    const urn = request.function_urn;
    const { record } = await this.lookup.find(caller, urn);
    const now = this.clock.now();
    const name = readVersionName(request.version, now);
    const description = readAliasDescription(request.description);
    const command = { urn, name, description, digest: request.digest.toLowerCase(), wraps: await this.seals.wrapForVersion(record, name, caller.requestId), now: now.toISOString() };
    const published = activeVersion(await this.streams.execute(caller, record, publishVersion, command), name);
    return viewFunction(published.function, { version: name, description });
  }
}
