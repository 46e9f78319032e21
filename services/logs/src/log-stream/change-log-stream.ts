import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import { metadataOf, type Caller } from '../caller.js';
import { LogStreamTable, type LogStreamRow } from './log-stream-table.js';
import { logStream, logStreamStream, type LogStreamCommand } from './log-stream.decider.js';

/** Changes how long a stream keeps its lines, its tags, or whether it masks secrets. Answers the stream as it is then. */
export class ChangeLogStream extends Command<LogStreamRow> {
  constructor(
    readonly caller: Caller,
    /** A stream that is known to be the caller's. */
    readonly stream: LogStreamRow,
    readonly change: Extract<LogStreamCommand, { kind: 'change' | 'tag' }>,
  ) {
    super();
  }
}

@CommandHandler(ChangeLogStream)
export class ChangeLogStreamHandler implements ICommandHandler<ChangeLogStream> {
  constructor(
    private readonly events: EventStore,
    private readonly streams: LogStreamTable,
  ) {}

  async execute({ caller, stream, change }: ChangeLogStream): Promise<LogStreamRow> {
    await this.events.execute({
      streamId: logStreamStream(stream.id),
      tenant: stream.domainId,
      decider: logStream,
      command: change,
      metadata: metadataOf(caller),
      project: async (manager, changes) => {
        for (const event of changes) await this.streams.apply(manager, event);
      },
    });
    return this.streams.requireIn(stream.projectId, stream.id);
  }
}
