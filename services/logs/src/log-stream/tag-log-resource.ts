import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TagLogResourceRequest } from '@windlass/contracts/logs/v1/log_stream_service';
import type { Caller } from '../caller.js';
import { ChangeLogGroup, LogGroupTable } from '../log-group/index.js';
import { invalidField } from '../refusal.js';
import { changedTags, readTags, type TagChange } from '../tags.js';
import { ChangeLogStream } from './change-log-stream.js';
import { LogStreamTable, type LogStreamRow } from './log-stream-table.js';

/** Adds tags to a group or stream, whose values take the place of others under the same keys, or takes tags off by their keys. */
export class TagLogResource extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly request: TagLogResourceRequest,
  ) {
    super();
  }
}

@CommandHandler(TagLogResource)
export class TagLogResourceHandler implements ICommandHandler<TagLogResource> {
  constructor(
    private readonly commands: CommandBus,
    private readonly groups: LogGroupTable,
    private readonly streams: LogStreamTable,
  ) {}

  async execute({ caller, request }: TagLogResource): Promise<void> {
    const change = readChange(request);
    switch (request.tagged_type) {
      case 'groups': {
        const group = await this.groups.require(caller.projectId, request.tagged_id);
        const streams = isTrue(request.tags_to_streams_enable) ? await this.streams.list(group.id) : [];
        // All are looked at before the first is changed: what cannot be for one is done to none.
        for (const { tags } of [group, ...streams]) changedTags(tags, change);
        await this.commands.execute(new ChangeLogGroup(caller, group.id, { kind: 'tag', ...change }));
        for (const stream of streams) await this.tagStream(caller, stream, change);
        return;
      }
      case 'topics':
        await this.tagStream(caller, await this.streams.requireIn(caller.projectId, request.tagged_id), change);
        return;
      default:
        throw invalidField('the resource type in the path', 'is groups or topics');
    }
  }

  private async tagStream(caller: Caller, stream: LogStreamRow, change: TagChange): Promise<void> {
    await this.commands.execute(new ChangeLogStream(caller, stream, { kind: 'tag', ...change }));
  }
}

function readChange({ action, tags }: TagLogResourceRequest): TagChange {
  const named = readTags(tags);
  if (tags.length === 0) throw invalidField('tags', 'names one tag at least');
  switch (action) {
    case 'create':
      return { add: named, remove: [] };
    case 'delete':
      return { add: {}, remove: Object.keys(named) };
    default:
      throw invalidField('action', 'is create or delete');
  }
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}
