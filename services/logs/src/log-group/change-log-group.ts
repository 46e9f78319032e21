import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { EventStore } from '@windlass/event-store';
import { metadataOf, type Caller } from '../caller.js';
import { LogGroupTable, type LogGroupRow } from './log-group-table.js';
import { logGroup, logGroupStream, type LogGroupCommand } from './log-group.decider.js';

/** Changes how long the group keeps its lines, or deletes it. Answers the group as it was before. */
export class ChangeLogGroup extends Command<LogGroupRow> {
  constructor(
    readonly caller: Caller,
    readonly logGroupId: string,
    readonly change: Exclude<LogGroupCommand, { kind: 'create' }>,
  ) {
    super();
  }
}

@CommandHandler(ChangeLogGroup)
export class ChangeLogGroupHandler implements ICommandHandler<ChangeLogGroup> {
  constructor(
    private readonly events: EventStore,
    private readonly groups: LogGroupTable,
  ) {}

  async execute({ caller, logGroupId, change }: ChangeLogGroup): Promise<LogGroupRow> {
    const group = await this.groups.require(caller.projectId, logGroupId);
    await this.events.execute({
      streamId: logGroupStream(group.id),
      tenant: group.domainId,
      decider: logGroup,
      command: change,
      metadata: metadataOf(caller),
      project: async (manager, changes) => {
        for (const event of changes) await this.groups.apply(manager, event);
      },
    });
    return group;
  }
}
