import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CreateTagsRequest, DeleteTagsRequest } from '@windlass/contracts/registry/v1/function_tag_service';
import type { Caller } from '../caller/caller.js';
import { FunctionLookup } from '../function/function-lookup.js';
import { FunctionStreams } from '../function/function-streams.js';
import { putTags, removeTags } from './change-tags.decider.js';
import { readTags } from './function-tag.js';

export class PutTagsCommand extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly request: CreateTagsRequest,
  ) {
    super();
  }
}

@CommandHandler(PutTagsCommand)
export class PutTagsHandler implements ICommandHandler<PutTagsCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
  ) {}

  async execute({ caller, request }: PutTagsCommand): Promise<void> {
    const { resource_id: urn, action, tags, sys_tags } = request;
    const { record } = await this.lookup.find(caller, urn);
    const read = readTags(tags, sys_tags, action, 'create').map(({ key, value }) => ({ key, value: value ?? '' }));
    await this.streams.execute(caller, record, putTags, { urn, tags: read });
  }
}

export class RemoveTagsCommand extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly request: DeleteTagsRequest,
  ) {
    super();
  }
}

@CommandHandler(RemoveTagsCommand)
export class RemoveTagsHandler implements ICommandHandler<RemoveTagsCommand> {
  constructor(
    private readonly lookup: FunctionLookup,
    private readonly streams: FunctionStreams,
  ) {}

  async execute({ caller, request }: RemoveTagsCommand): Promise<void> {
    const { resource_id: urn, action, tags, sys_tags } = request;
    const { record } = await this.lookup.find(caller, urn);
    const read = readTags(tags, sys_tags, action, 'delete').map(({ key, value }) => ({ key, value }));
    await this.streams.execute(caller, record, removeTags, { urn, tags: read });
  }
}
