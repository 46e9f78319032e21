import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import { metadataOf, type Caller } from '../caller.js';
import { LogGroupTable } from '../log-group/index.js';
import { LogStreamTable } from './log-stream-table.js';
import { logStream, logStreamStream } from './log-stream.decider.js';

export class DeleteLogStream extends Command<void> {
  constructor(
    readonly caller: Caller,
    readonly logGroupId: string,
    readonly logStreamId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteLogStream)
export class DeleteLogStreamHandler implements ICommandHandler<DeleteLogStream> {
  constructor(
    private readonly events: EventStore,
    private readonly groups: LogGroupTable,
    private readonly streams: LogStreamTable,
  ) {}

  async execute({ caller, logGroupId, logStreamId }: DeleteLogStream): Promise<void> {
    const group = await this.groups.require(caller.projectId, logGroupId);
    const stream = await this.streams.require(group.id, logStreamId);
    await this.events.execute({
      streamId: logStreamStream(stream.id),
      tenant: stream.domainId,
      decider: logStream,
      command: { kind: 'delete' },
      metadata: metadataOf(caller),
      project: async (manager, [deleted]) => {
        if (deleted) await this.streams.apply(manager, deleted);
      },
    });
  }
}
