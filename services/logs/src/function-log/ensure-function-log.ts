import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { EnsureFunctionLogResponse } from '@windlass/contracts/logs/v1/log_service';
import { isWindlassError } from '@windlass/errors';
import type { Caller } from '../caller.js';
import { CreateLogGroup, LogGroupTable, type LogGroupRow } from '../log-group/index.js';
import { CreateLogStream, LogStreamTable, type LogStreamRow } from '../log-stream/index.js';
import { invalidField } from '../refusal.js';

/** The group that functions write to when they name none: one for each project. */
export const FUNCTION_LOG_GROUP = 'functiongraph.log.group.default';

/** Makes what is missing of the group and stream a function writes to. Given ids are checked instead of made. */
export class EnsureFunctionLog extends Command<EnsureFunctionLogResponse> {
  constructor(
    readonly caller: Caller,
    readonly functionName: string,
    /** Empty for the default. */
    readonly logGroupId: string,
    readonly logStreamId: string,
  ) {
    super();
  }
}

@CommandHandler(EnsureFunctionLog)
export class EnsureFunctionLogHandler implements ICommandHandler<EnsureFunctionLog> {
  constructor(
    private readonly commands: CommandBus,
    private readonly groups: LogGroupTable,
    private readonly streams: LogStreamTable,
  ) {}

  async execute({ caller, functionName, logGroupId, logStreamId }: EnsureFunctionLog): Promise<EnsureFunctionLogResponse> {
    if (logGroupId === '' && logStreamId !== '') throw invalidField('log_group_id', 'is needed with log_stream_id');
    const group = logGroupId === '' ? await this.defaultGroup(caller) : await this.groups.require(caller.projectId, logGroupId);
    const stream = logStreamId === '' ? await this.functionStream(caller, group.id, functionName) : await this.streams.require(group.id, logStreamId);
    return { log_group_id: group.id, log_group_name: group.name, log_stream_id: stream.id, log_stream_name: stream.name };
  }

  private async defaultGroup(caller: Caller): Promise<LogGroupRow> {
    const find = () => this.groups.findByName(caller.projectId, FUNCTION_LOG_GROUP);
    return (
      (await find()) ??
      (await this.madeMeanwhile('LOG_GROUP_EXISTS', find, async () => {
        const id = await this.commands.execute(new CreateLogGroup(caller, FUNCTION_LOG_GROUP, ''));
        return this.groups.require(caller.projectId, id);
      }))
    );
  }

  private async functionStream(caller: Caller, groupId: string, name: string): Promise<LogStreamRow> {
    const find = () => this.streams.findByName(groupId, name);
    return (
      (await find()) ??
      (await this.madeMeanwhile('LOG_STREAM_EXISTS', find, async () => {
        const id = await this.commands.execute(new CreateLogStream(caller, groupId, name, '', null, {}, 'function'));
        return this.streams.require(groupId, id);
      }))
    );
  }

  /** Two functions may be the first at once: who finds the name taken uses what the other made. */
  private async madeMeanwhile<T>(taken: string, find: () => Promise<T | null>, make: () => Promise<T>): Promise<T> {
    try {
      return await make();
    } catch (error) {
      const made = isWindlassError(error) && error.reason === taken ? await find() : null;
      if (made === null) throw error;
      return made;
    }
  }
}
